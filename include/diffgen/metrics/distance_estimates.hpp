// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which of two sets' pairs are near: by matrix products in float, whose error is bounded, and in
// double for the few pairs that the bound leaves open. The decisions are those of double precision,
// whatever the order of the products, the number of threads, or the chunks.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>
#include <diffgen/metrics/threads.hpp>

#include <Eigen/Core>

#include <algorithm>

namespace diffgen::inline DIFFGEN_ABI::metrics::detail {

/// Samples in memory that somebody else owns.
using sample_view = Eigen::Map<const matrix, 0, Eigen::OuterStride<>>;

inline sample_view view_of(const sample_matrix& samples) {
    return {samples.data(), samples.rows(), samples.cols(),
            Eigen::OuterStride<>(samples.outerStride())};
}

/// From where, and in which unit, samples are seen in float: distances do not change, and neither
/// an origin far away nor a small unit costs digits.
struct float_frame {
    explicit float_frame(const sample_matrix& samples) : origin(samples.col(0)) {
        const double largest = (samples.colwise() - origin).cwiseAbs().maxCoeff();
        scale = largest > 0 ? 1 / largest : 1;
    }
    /// A squared distance in the unit of the frame.
    [[nodiscard]] double square(double distance) const { return distance * scale * scale; }

    Eigen::VectorXd origin;
    double scale;
};

struct float_samples {
    float_samples(const float_frame& frame, const sample_matrix& samples)
        : values(samples.rows(), samples.cols()), norms(samples.cols()) {
        for (Eigen::Index i = 0; i < samples.cols(); ++i) {
            const Eigen::VectorXd seen = (samples.col(i) - frame.origin) * frame.scale;
            values.col(i) = seen.cast<float>();
            norms(i) = seen.squaredNorm();
        }
    }

    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor> values;
    Eigen::VectorXd norms;  ///< squared
};

/// a'b for all columns of both, strips of its rows shared out among threads.
template <class A, class B, class Product>
void product_in_strips(const A& a, const B& b, Product& product) {
    constexpr Eigen::Index strip = 512;
    product.resize(a.cols(), b.cols());
    share_out((a.cols() + strip - 1) / strip, [&](Eigen::Index s) {
        const Eigen::Index first = s * strip, rows = std::min(strip, a.cols() - first);
        product.middleRows(first, rows).noalias() = a.middleCols(first, rows).transpose() * b;
    });
}

/// Calls use(i, j, estimate, bound) for the columns i >= `from` of a and all columns j of b: their
/// squared distance in the unit of the frame differs from the estimate by no more than the bound.
/// (Where float overflows, neither is a number.)
///
/// Of n elements rounded to float, a product is off by at most (n + 2) u |x| |y|, u = 2^-24, in any
/// order of its sum (Higham 2002, section 3.1), and 2 |x| |y| <= |x|^2 + |y|^2. What is done in
/// double is far below the six further u.
template <class Use>
void for_estimates(const float_samples& a, const float_samples& b, Use use, Eigen::Index from = 0) {
    constexpr Eigen::Index rows_at_once = 8192;
    const double relative = static_cast<double>(a.values.rows() + 8) * 0x1p-24;
    constexpr double smallest = 1e-36;  // what is lost where float underflows
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor> products;
    for (Eigen::Index first = from; first < a.values.cols(); first += rows_at_once) {
        const Eigen::Index rows = std::min(rows_at_once, a.values.cols() - first);
        product_in_strips(a.values.middleCols(first, rows), b.values, products);
        for (Eigen::Index j = 0; j < b.values.cols(); ++j) {
            for (Eigen::Index i = 0; i < rows; ++i) {
                const double norms = a.norms(first + i) + b.norms(j);
                use(first + i, j, norms - 2 * static_cast<double>(products(i, j)),
                    relative * norms + smallest);
            }
        }
    }
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics::detail

#include <diffgen/core/with_macros.hpp>
