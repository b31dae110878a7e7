// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rules of torchmetrics 1.9 that differ from those of diffgen::metrics.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/picture_similarity.hpp>

#include <Eigen/Core>

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

/// metrics::multiscale_structural_similarity with torchmetrics' last scale: there its mean is over
/// all pixels, with the picture mirrored beyond its edges, and not over the windows inside it.
inline double multiscale_structural_similarity(const metrics::sample_matrix& x,
                                               const metrics::sample_matrix& y, double data_range) {
    return metrics::detail::multiscale_similarity(
        x, y, data_range, [](const Eigen::ArrayXXd& picture) {
            return detail::mirrored(picture, metrics::detail::window / 2);
        });
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::torchmetrics

#include <diffgen/core/with_macros.hpp>
