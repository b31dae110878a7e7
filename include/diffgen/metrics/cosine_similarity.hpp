// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The cosine of the angle between embeddings. Between those of a picture and of its text by CLIP,
// 100 max(cosine, 0) is what torchmetrics and others call the CLIP score, 2.5 max(cosine, 0) the
// one of Hessel et al. (2021).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// Of every column of a with the same column of b, between -1 and 1; running_mean takes them.
/// Throws bad_shape unless both have the same size, bad_argument on an embedding that is zero,
/// non_finite on NaN or infinity.
inline Eigen::VectorXd cosine_similarities(const sample_matrix& a, const sample_matrix& b) {
    detail::check_samples("first", a, 0);
    detail::check_samples("second", b, 0);
    detail::check_mergeable("elements", a.rows(), b.rows());
    detail::check_mergeable("embeddings", a.cols(), b.cols());
    Eigen::VectorXd cosines(a.cols());
    for (Eigen::Index i = 0; i < a.cols(); ++i) {
        const double length_a = a.col(i).stableNorm(), length_b = b.col(i).stableNorm();
        if (length_a == 0 || length_b == 0)
            throw bad_argument(detail::text("diffgen: an embedding of pair ", i, " is zero"));
        cosines(i) = (a.col(i) / length_a).dot(b.col(i) / length_b);
    }
    return cosines;
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>
