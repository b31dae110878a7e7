// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// colorization [--quick] [FONT]: colours for grey pictures of 10 x 10 pixels, several candidates
// each. The pictures are emoji of a colour font with bitmaps, by default that of Debian's package
// fonts-noto-color-emoji; without it, and with --quick, they are drawn shapes. Prints for each
// method the error of the mean of all candidates and of one, and their ranked probability score, in
// per cent of the range of a colour; the bar is the exact posterior of a mixture that was fitted to
// the training pictures. Writes colorization.png: for each picture the truth, what was measured,
// four candidates of the network, their mean, two exact draws of the mixture, and its mean.
// docs/tasks.md discusses the table.

#include <diffgen/core/time_input.hpp>
#include <diffgen/io/contact_sheet.hpp>
#include <diffgen/io/png.hpp>
#include <diffgen/metrics/gaussian_statistics.hpp>
#include <diffgen/nn/differentiated.hpp>
#include <diffgen/nn/residual_mlp.hpp>
#include <diffgen/posterior/fit_mixture.hpp>
#include <diffgen/posterior/methods/projection.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/train/denoising.hpp>

#include "methods.hpp"
#include "pictures.hpp"

#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace {

using namespace colorization;
using network = diffgen::nn::residual_mlp<float>;

/// What by_sampling takes: the exact estimate of a mixture, or the network's, for one thread.
struct of_mixture {
    using scalar = double;
    const posterior::mixture* prior;
    auto predictor() const { return diffgen::predicts(diffgen::denoised{}, std::ref(*prior)); }
};
struct of_network {
    using scalar = float;
    network net;
    auto predictor() {
        return diffgen::predicts(diffgen::velocity{}, diffgen::nn::differentiated(net),
                                 diffgen::time_input::log_snr{});
    }
};

network trained(const matrix& training, std::int64_t steps) {
    network net({.features = numbers, .hidden = 256, .blocks = 3});
    const Eigen::MatrixXf x = training.cast<float>();
    const diffgen::train::denoising objective{
        diffgen::process{diffgen::schedule::cosine{}, diffgen::kernel::variance_preserving{}},
        diffgen::velocity{}, diffgen::time_input::log_snr{}, diffgen::train::uniform_steps{1000}};
    const diffgen::nn::fit_options options{
        .steps = steps,
        .batch = 128,
        .learning_rate = diffgen::nn::cosine_rate{.rate = 2e-3, .steps = steps, .warm_up = 50}};
    diffgen::train::train_denoiser(
        net, objective, diffgen::train::dataset<float>{x.data(), x.cols(), numbers}, options);
    return net;
}

/// The training picture that looks most like it in grey, with its grey put right.
vector nearest(const matrix& training, const matrix& grey, const vector& y) {
    Index best = 0;
    (grey.colwise() - y).colwise().squaredNorm().minCoeff(&best);
    const vector x = training.col(best);
    return x + posterior::pseudo_inverse(luma().svd(), y - luma().apply(x));
}

diffgen::io::image tile(const vector& x) {
    const vector in = x.cwiseMax(-1).cwiseMin(1);
    return diffgen::io::planar_image(std::span<const double>(in.data(), numbers), side, side, -1.,
                                     1.);
}

}  // namespace

int main(int argc, char** argv) try {
    const bool quick = argc > 1 && std::string_view(argv[1]) == "--quick";
    const std::filesystem::path font =
        argc > 1 + quick ? argv[1 + quick] : "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf";
    const bool drawn = quick || !std::filesystem::exists(font);
    const pictures data = drawn ? split("drawn shapes", shapes(quick ? 200 : 1500), quick ? 4 : 50)
                                : split("emoji", emoji(font), 50);
    const Index count = quick ? 4 : 8;
    const int steps = quick ? 8 : 30;
    const matrix& truth = data.test;
    const matrix y = measured(truth);
    std::printf("%s: %td for training, %td for the test\n\n", data.of.c_str(), data.training.cols(),
                truth.cols());
    std::printf("%-32s %10s %10s %10s\n", "", "mean", "one", "CRPS");

    print(truth,
          by_guess("left grey", y, [](const vector& g) -> vector { return g.replicate(3, 1); }));
    const auto svd = luma().svd();
    const auto plain = by_guess("pseudo-inverse", y,
                                [&](const vector& g) { return posterior::pseudo_inverse(svd, g); });
    print(truth, plain);
    matrix grey(pixels, data.training.cols());
    for (Index i = 0; i < grey.cols(); ++i)
        grey.col(i) = luma().apply(data.training.col(i));
    print(truth, by_guess("nearest in grey", y,
                          [&](const vector& g) { return nearest(data.training, grey, g); }));

    const auto fitted = [&](Index components) {
        return posterior::fit_mixture(
                   data.training,
                   {.components = components, .ridge = 0.02, .iterations = quick ? 3 : 12})
            .mixture;
    };
    print(truth, by_mixture("one Gaussian, exact", fitted(1), y, count));
    const posterior::mixture prior = fitted(quick ? 2 : 5);
    const auto exact = by_mixture("mixture, exact", prior, y, count);
    print(truth, exact);

    const posterior::prior_covariance gaussian(
        diffgen::metrics::gaussian_statistics(data.training).covariance());
    const auto by_the_mixture = [&] { return of_mixture{&prior}; };
    print(truth, by_sampling("mixture, null_space", by_the_mixture, posterior::null_space(luma()),
                             y, count, steps));
    print(truth,
          by_sampling("mixture, prior_covariance", by_the_mixture, gaussian, y, count, steps));
    const network net = trained(data.training, quick ? 20 : 2500);
    const auto by_the_network = [&] { return of_network{net}; };
    print(truth,
          by_sampling("network, prior_covariance", by_the_network, gaussian, y, count, steps));
    const auto led = by_sampling("network, moment_matching", by_the_network,
                                 matched_moments{gaussian}, y, count, steps);
    print(truth, led);

    std::vector<diffgen::io::image> tiles;
    for (Index i = 0; i < std::min<Index>(12, truth.cols()); ++i) {
        tiles.push_back(tile(truth.col(i)));
        tiles.push_back(tile(vector(y.col(i)).replicate(3, 1)));
        for (Index k = 0; k < 4; ++k)
            tiles.push_back(tile(led.candidates.col(i * count + k)));
        tiles.push_back(tile(led.mean.col(i)));
        for (Index k = 0; k < 2; ++k)
            tiles.push_back(tile(exact.candidates.col(i * count + k)));
        tiles.push_back(tile(exact.mean.col(i)));
    }
    diffgen::io::write_png("colorization.png",
                           diffgen::io::contact_sheet(
                               tiles, {.columns = 10, .scale = 4, .margin = 3, .background = 96}));
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
