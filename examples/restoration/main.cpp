// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// restoration [--quick]: test digits of which the lower half is hidden, half of the pixels are, or
// only means of 2 x 2 pixels are known, restored by the digits' network without training it for
// that. Prints the signal-to-noise ratio over the unknown pixels of one candidate and of the mean
// of many, beside the exact posterior mean of a mixture of 20 Gaussians that was fitted to the same
// digits; writes restoration.png: for each digit the truth, what was measured, six candidates, the
// mean of all, and the mixture's mean. docs/concepts/posterior.md shows it.

#include <diffgen/core/prediction.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/io/contact_sheet.hpp>
#include <diffgen/io/png.hpp>
#include <diffgen/metrics/gaussian_statistics.hpp>
#include <diffgen/nn/weights_file.hpp>
#include <diffgen/posterior/exact_posterior.hpp>
#include <diffgen/posterior/fit_mixture.hpp>
#include <diffgen/posterior/given.hpp>
#include <diffgen/posterior/methods/moment_matching.hpp>
#include <diffgen/posterior/operators/dense.hpp>
#include <diffgen/posterior/operators/selection.hpp>
#include <diffgen/posterior/operators/separable.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/solver/ancestral.hpp>

#include "../digits/data.hpp"
#include "../digits/network.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace posterior = diffgen::posterior;
using posterior::Index;
using posterior::matrix;
using posterior::vector;

constexpr double noise = 0.05;  // of the measurement; a digit goes from -1 to 1

/// A task: what is measured, and which pixels the figures are about.
struct task {
    std::string name;
    posterior::dense a;
    std::vector<Index> unknown;
};

std::vector<task> tasks() {
    std::vector<Index> upper, lower, some, others, all;
    for (Index i = 0; i < 64; ++i) {
        (i < 32 ? upper : lower).push_back(i);
        (i * 37 % 64 < 32 ? some : others).push_back(i);  // in no order
        all.push_back(i);
    }
    using posterior::dense, posterior::matrix_of;
    return {{"lower half hidden", dense(matrix_of(posterior::mask(64, upper))), lower},
            {"32 pixels known", dense(matrix_of(posterior::mask(64, some))), others},
            {"2 x 2 means known", dense(matrix_of(posterior::block_mean({1, 8, 8}, 2, 2))), all}};
}

matrix read(const char* name) {
    const auto d = digits::read_digits(std::string(DIFFGEN_DIGITS_DATA "/") + name);
    return Eigen::Map<const Eigen::MatrixXf>(d.pixel_values.data(), 64,
                                             static_cast<Index>(d.count()))
        .cast<double>();
}

/// `count` candidates for each measurement, one digit's after the other's.
matrix candidates(digits::network& net, const task& t, const matrix& y, const matrix& covariance,
                  Index count, int steps) {
    matrix repeated(y.rows(), y.cols() * count);
    for (Index i = 0; i < repeated.cols(); ++i)
        repeated.col(i) = y.col(i / count);
    const auto call = [&net](diffgen::batch_view<const float> in, diffgen::batch_view<float> out,
                             const diffgen::noise_level& level) {
        const std::vector<int> no_class(in.samples, net.null_class());
        net.evaluate(in.data, out.data, static_cast<std::int64_t>(in.samples), level.network_time,
                     no_class.data());
    };
    diffgen::sampler s{
        diffgen::schedule::cosine{}, diffgen::kernel::variance_preserving{},
        posterior::given(diffgen::predicts(digits::prediction{}, call, digits::time_input{}),
                         posterior::measured(t.a, repeated, noise),
                         posterior::prior_covariance(covariance)),
        diffgen::solver::ancestral{}};
    Eigen::MatrixXf x(64, repeated.cols());
    s.generate(diffgen::exec::cpp,
               diffgen::batch(x.data(), static_cast<std::size_t>(x.size()),
                              static_cast<std::size_t>(x.cols())),
               {.steps = steps,
                .seed = 3,
                .grid = diffgen::grid::karras{.bounds = {.sigma_min = 0.02, .sigma_max = 80}}});
    return x.cast<double>();
}

/// Over the unknown pixels, of digits that go from -1 to 1.
double signal_to_noise(const task& t, const matrix& truth, const matrix& guess) {
    double sum = 0;
    for (const Index i : t.unknown)
        sum += (truth.row(i) - guess.row(i)).squaredNorm();
    return 10 * std::log10(4 * static_cast<double>(t.unknown.size()) *
                           static_cast<double>(truth.cols()) / sum);
}

diffgen::io::image tile(const vector& x) {
    const Eigen::VectorXf f = x.cwiseMax(-1).cwiseMin(1).cast<float>();
    return diffgen::io::grey_image(std::span<const float>(f.data(), 64), 8, 8, -1.f, 1.f);
}

}  // namespace

int main(int argc, char** argv) try {
    const bool quick = argc > 1 && std::string_view(argv[1]) == "--quick";
    const Index digits_count = quick ? 6 : 60, count = quick ? 6 : 32, shown = 4;
    const matrix training = read("optdigits.tra");
    const matrix truth = read("optdigits.tes").leftCols(digits_count);
    const matrix covariance = diffgen::metrics::gaussian_statistics(training).covariance();
    digits::network net = digits::make_network();
    diffgen::nn::load_weights(net.weights(), DIFFGEN_DIGITS_WEIGHTS);
    const auto fit = posterior::fit_mixture(
        quick ? matrix(training.leftCols(600)) : training,
        {.components = quick ? 4 : 20, .ridge = 1e-2, .iterations = quick ? 5 : 25});

    std::printf("%-20s %14s %14s %14s %14s\n", "PSNR, unknown pixels", "one candidate",
                "mean of all", "mixture, exact", "pseudo-inverse");
    std::vector<diffgen::io::image> tiles;
    std::uint32_t drawn = 0;
    for (const task& t : tasks()) {
        matrix y(t.a.rows(), digits_count);
        for (Index i = 0; i < digits_count; ++i) {
            y.col(i) = t.a.apply(truth.col(i));
            for (Index k = 0; k < y.rows(); ++k)
                y(k, i) += noise * diffgen::noise::philox{8}.normal<double>(
                                       diffgen::noise::stream::data, drawn++, 0);
        }
        const matrix x = candidates(net, t, y, covariance, count, quick ? 10 : 60);
        matrix one(64, digits_count), mean(64, digits_count), exact(64, digits_count),
            plain(64, digits_count);
        for (Index i = 0; i < digits_count; ++i) {
            one.col(i) = x.col(i * count);
            mean.col(i) = x.middleCols(i * count, count).rowwise().mean();
            exact.col(i) =
                posterior::exact_posterior(fit.mixture, t.a, y.col(i), noise).posterior.mean();
            plain.col(i) = posterior::pseudo_inverse(t.a.svd(), y.col(i));
        }
        std::printf("%-20s %14.2f %14.2f %14.2f %14.2f\n", t.name.c_str(),
                    signal_to_noise(t, truth, one), signal_to_noise(t, truth, mean),
                    signal_to_noise(t, truth, exact), signal_to_noise(t, truth, plain));
        std::fflush(stdout);
        for (Index i = 0; i < shown; ++i) {
            tiles.push_back(tile(truth.col(i)));
            tiles.push_back(tile(plain.col(i)));
            for (Index k = 0; k < 6; ++k)
                tiles.push_back(tile(x.col(i * count + k)));
            tiles.push_back(tile(mean.col(i)));
            tiles.push_back(tile(exact.col(i)));
        }
    }
    diffgen::io::write_png("restoration.png",
                           diffgen::io::contact_sheet(
                               tiles, {.columns = 10, .scale = 4, .margin = 3, .background = 96}));
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
