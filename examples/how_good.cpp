// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// how_good [--quick]: what every measure says of digits that no network made. From real digits to
// plain noise, all are compared with the same test digits; a model's figures mean something beside
// these rows. docs/concepts/measures.md discusses the table.

#include <diffgen/metrics/copying.hpp>
#include <diffgen/metrics/frechet_distance.hpp>
#include <diffgen/metrics/kernel_distance.hpp>
#include <diffgen/metrics/precision_recall.hpp>
#include <diffgen/metrics/sliced_wasserstein.hpp>
#include <diffgen/noise/source.hpp>

#include "digits/data.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

namespace metrics = diffgen::metrics;

namespace {

constexpr Eigen::Index pixels = digits::pixels;
constexpr diffgen::noise::philox source{1};
constexpr auto stream = diffgen::noise::stream::data;

/// Digits first .. first + count - 1 of a file, a column each.
Eigen::MatrixXd read(const char* name, Eigen::Index first, Eigen::Index count) {
    const auto d = digits::read_digits(std::string(DIFFGEN_DIGITS_DATA "/") + name);
    const Eigen::Map<const Eigen::MatrixXf> all(d.pixel_values.data(), pixels,
                                                static_cast<Eigen::Index>(d.count()));
    return all.middleCols(first, count).cast<double>();
}

Eigen::MatrixXd normals(Eigen::Index count, std::uint32_t draw) {
    std::uint64_t i = 0;
    return Eigen::MatrixXd::NullaryExpr(pixels, count,
                                        [&] { return source.normal<double>(stream, draw, i++); });
}

/// Numbers from -1 to 1.
Eigen::MatrixXd uniform(Eigen::Index count, std::uint32_t draw) {
    std::uint64_t i = 0;
    return Eigen::MatrixXd::NullaryExpr(
        pixels, count, [&] { return 2 * source.uniform<double>(stream, draw, i++) - 1; });
}

/// A number from 0 to n - 1.
Eigen::Index any_of(Eigen::Index n, std::uint32_t draw, Eigen::Index i) {
    const double u = source.uniform<double>(stream, draw, static_cast<std::uint64_t>(i));
    return static_cast<Eigen::Index>(u * static_cast<double>(n));
}

/// Every pixel by itself, as often at each level as in the digits.
Eigen::MatrixXd independent_pixels(const Eigen::MatrixXd& digits, Eigen::Index count) {
    Eigen::MatrixXd x(pixels, count);
    for (Eigen::Index i = 0; i < x.size(); ++i)
        x.data()[i] = digits(i % pixels, any_of(digits.cols(), 3, i));
    return x;
}

/// Samples of the Gaussian with the digits' mean and covariance.
Eigen::MatrixXd gaussian(const Eigen::MatrixXd& digits, Eigen::Index count) {
    const metrics::gaussian_statistics fit(digits);
    // Pixels of the margin never change: a small ridge makes the root exist.
    const Eigen::MatrixXd covariance =
        fit.covariance() + 1e-9 * Eigen::MatrixXd::Identity(pixels, pixels);
    const Eigen::MatrixXd root = covariance.llt().matrixL();
    return (root * normals(count, 4)).colwise() + fit.mean();
}

void print_row(const char* name, const Eigen::MatrixXd& x, const Eigen::MatrixXd& copied,
               const Eigen::MatrixXd& test) {
    const auto kernel = metrics::kernel_distance(test, x);
    const auto m = metrics::precision_recall(test, x, 5);
    metrics::copying_counts copying(copied, test);
    copying.add(x);
    std::printf("%-22s %8.3f %8.4f %8.3f %8.3f %8.3f %8.3f %8.3f %8.3f\n", name,
                metrics::frechet_distance(test, x), kernel, m.precision, m.recall, m.density,
                m.coverage, metrics::sliced_wasserstein(test, x), copying.share());
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) try {
    const bool quick = argc > 1 && std::string_view(argv[1]) == "--quick";
    const Eigen::Index count = quick ? 300 : 1797;
    const Eigen::MatrixXd test = read("optdigits.tes", 0, count);
    const Eigen::MatrixXd training = read("optdigits.tra", 0, count);
    const Eigen::MatrixXd held_out = read("optdigits.tra", count, count);

    std::printf("%-22s %8s %8s %8s %8s %8s %8s %8s %8s\n", "", "Frechet", "kernel", "precis.",
                "recall", "density", "coverage", "sliced", "copying");
    const auto row = [&](const char* name, const Eigen::MatrixXd& x) {
        print_row(name, x, training, test);
    };
    row("other real digits", held_out);
    row("copies of training", training);
    row("copies, a little noise", training + 0.05 * normals(count, 1));
    row("copies, noise 1 level", training + 0.125 * normals(count, 2));
    row("one Gaussian", gaussian(held_out, count));
    row("independent pixels", independent_pixels(held_out, count));
    row("uniform noise", uniform(count, 5));
    row("one digit, repeated", held_out.col(0).replicate(1, count));
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
