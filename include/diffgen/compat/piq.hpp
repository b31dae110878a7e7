// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rules of piq 0.8 that differ from those of diffgen::metrics.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/picture_channels.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/metrics/picture_similarity.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::piq {

namespace detail {

/// The means of 2 x 2 pixels. Where a side is odd, the first row and the first column are there
/// twice; a row or column that is left at the end is left out.
inline Eigen::ArrayXXd halved(const Eigen::ArrayXXd& picture) {
    const Eigen::Index rows = picture.rows(), cols = picture.cols();
    if (rows % 2 == 0 && cols % 2 == 0) return metrics::detail::halved(picture);
    return metrics::detail::halved(
        Eigen::ArrayXXd::NullaryExpr(rows + 1, cols + 1, [&](Eigen::Index i, Eigen::Index j) {
            return picture(std::max<Eigen::Index>(i - 1, 0), std::max<Eigen::Index>(j - 1, 0));
        }));
}

/// The published powers over their sum, 1.0001.
inline std::vector<double> default_weights() {
    std::vector<double> weights;
    for (const double power : metrics::detail::scale_powers)
        weights.push_back(power / 1.0001);
    return weights;
}

}  // namespace detail

/// Options of multi_scale_ssim.
struct similarity_options {
    int kernel_size = 11;
    double kernel_sigma = 1.5;
    double data_range = 1;
    std::vector<double> scale_weights = detail::default_weights();
    double k1 = 0.01, k2 = 0.03;

    void check() const {
        require(kernel_size >= 1 && kernel_size % 2 == 1,
                "similarity_options with kernel_size = ", kernel_size, ", not odd");
        require(diffgen::detail::is_positive(kernel_sigma),
                "similarity_options with kernel_sigma = ", kernel_sigma, ", not above 0");
        require(!scale_weights.empty(), "similarity_options without scale_weights");
    }
};

/// metrics::multiscale_structural_similarity as the peer has it, of one picture of any number of
/// channels: odd pictures are halved by another rule, and the result is the mean of those of the
/// channels. Throws bad_shape where pictures differ in size, have no channel or are smaller than
/// (kernel_size - 1) 2^(scales - 1) + 1; bad_argument where an option makes no sense, non_finite on
/// NaN or infinity.
inline double multiscale_structural_similarity(std::span<const metrics::matrix> x,
                                               std::span<const metrics::matrix> y,
                                               const similarity_options& options = {}) {
    options.check();
    const std::size_t last = options.scale_weights.size() - 1;
    compat::detail::check_channels(
        x, y, options.data_range, (static_cast<Eigen::Index>(options.kernel_size - 1) << last) + 1);
    const metrics::detail::similarity_rule rule(1, options.kernel_size, options.kernel_sigma,
                                                options.k1, options.k2);
    double sum = 0;
    for (std::size_t c = 0; c < x.size(); ++c) {
        const auto maps = metrics::detail::maps_of_scales(
            x[c].array() / options.data_range, y[c].array() / options.data_range, last + 1,
            [&](const auto& a, const auto& b) {
                return metrics::detail::similarity_of(a, b, rule);
            },
            detail::halved);
        double product = 1;
        for (std::size_t scale = 0; scale <= last; ++scale) {
            const double factor =
                (scale == last ? maps[scale].whole : maps[scale].structure).mean();
            product *= std::pow(factor > 0 ? factor : 0, options.scale_weights[scale]);
        }
        sum += product;
    }
    return sum / static_cast<double>(x.size());
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::piq

#include <diffgen/core/with_macros.hpp>
