// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rules of torchmetrics 1.9 that differ from those of diffgen::metrics.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/picture_channels.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/metrics/picture_similarity.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::torchmetrics {

namespace detail {

/// The picture with a margin of `width` pixels, mirrored at the outermost pixels.
inline Eigen::ArrayXXd mirrored(const Eigen::ArrayXXd& picture, Eigen::Index width) {
    const auto inside = [](Eigen::Index i, Eigen::Index size) {
        if (i < 0) return -i;
        return i < size ? i : 2 * (size - 1) - i;
    };
    const Eigen::Index rows = picture.rows(), cols = picture.cols();
    return Eigen::ArrayXXd::NullaryExpr(
        rows + 2 * width, cols + 2 * width, [&](Eigen::Index i, Eigen::Index j) {
            return picture(inside(i - width, rows), inside(j - width, cols));
        });
}

}  // namespace detail

/// What becomes of the factor of a scale before its power is taken: negative ones count as 0, or
/// all of them are moved from [-1, 1] to [0, 1], or they stay as they are, and negative ones give
/// NaN.
enum class normalize { none, relu, simple };

/// Options of multiscale_structural_similarity_index_measure with its Gaussian window. The window
/// has 2 int(3.5 sigma + 0.5) + 1 pixels each way; the peer's kernel_size has no effect there.
struct similarity_options {
    double data_range;
    double sigma = 1.5;
    std::vector<double> betas = {metrics::detail::scale_powers.begin(),
                                 metrics::detail::scale_powers.end()};
    normalize factors = normalize::relu;
    double k1 = 0.01, k2 = 0.03;

    void check() const {
        require(diffgen::detail::is_positive(sigma), "similarity_options with sigma = ", sigma,
                ", not above 0");
        require(!betas.empty(), "similarity_options without betas");
    }
};

/// metrics::multiscale_structural_similarity as the peer has it, of one picture of any number of
/// channels: the picture is mirrored beyond its edges, the mean of the last scale is over all
/// pixels, that of the others over the windows inside, and both over the channels. Throws bad_shape
/// where pictures differ in size, have no channel or no more pixels each way at the last scale than
/// the margin; bad_argument where an option makes no sense, non_finite on NaN or infinity.
inline double multiscale_structural_similarity(std::span<const metrics::matrix> x,
                                               std::span<const metrics::matrix> y,
                                               const similarity_options& options) {
    options.check();
    const auto half = static_cast<Eigen::Index>(std::floor(3.5 * options.sigma + 0.5));
    const std::size_t last = options.betas.size() - 1;
    compat::detail::check_channels(x, y, options.data_range, (half + 1) << last);
    metrics::detail::similarity_rule rule(options.data_range, 2 * half + 1, options.sigma,
                                          options.k1, options.k2);
    rule.clamped = true;
    std::vector<double> factors(options.betas.size());
    for (std::size_t c = 0; c < x.size(); ++c) {
        const auto maps = metrics::detail::maps_of_scales(
            x[c].array(), y[c].array(), factors.size(),
            [&](const auto& a, const auto& b) {
                return metrics::detail::similarity_of(detail::mirrored(a, half),
                                                      detail::mirrored(b, half), rule);
            },
            metrics::detail::halved);
        for (std::size_t scale = 0; scale <= last; ++scale) {
            const auto& map = maps[scale].structure;
            const double factor =
                scale == last
                    ? maps[scale].whole.mean()
                    : map.block(half, half, map.rows() - 2 * half, map.cols() - 2 * half).mean();
            factors[scale] += factor / static_cast<double>(x.size());
        }
    }
    double product = 1;
    for (std::size_t scale = 0; scale <= last; ++scale) {
        double factor = factors[scale];
        if (options.factors == normalize::relu) factor = factor > 0 ? factor : 0;
        if (options.factors == normalize::simple) factor = (factor + 1) / 2;
        product *= std::pow(factor, options.betas[scale]);
    }
    return product;
}

/// The same of one channel with the peer's default options.
inline double multiscale_structural_similarity(const metrics::sample_matrix& x,
                                               const metrics::sample_matrix& y, double data_range) {
    const metrics::matrix a = x, b = y;
    return multiscale_structural_similarity({&a, 1}, {&b, 1}, similarity_options{data_range});
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::torchmetrics

#include <diffgen/core/with_macros.hpp>
