// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The inception score (Salimans et al. 2016), for the class probabilities of any classifier:
//     exp(E_x KL(p(y|x) || p(y))).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::metrics {

struct inception_scores {
    double mean;
    double deviation;  ///< of the parts' scores, over their number
};

namespace detail {

/// sum p log p, with 0 log 0 = 0.
inline double negative_entropy(const Eigen::ArrayXd& p) {
    return (p > 0).select(p * p.max(1e-300).log(), 0.0).sum();
}

/// E KL(p(y|x) || p(y)) = E sum p(y|x) log p(y|x) - sum p(y) log p(y).
inline double inception_score_of(const matrix& probabilities) {
    double conditional = 0;
    for (Eigen::Index i = 0; i < probabilities.cols(); ++i) {
        conditional += negative_entropy(probabilities.col(i));
    }
    conditional /= static_cast<double>(probabilities.cols());
    return std::exp(conditional - negative_entropy(probabilities.rowwise().mean()));
}

}  // namespace detail

/// Of probabilities, a column a sample and a row a class, in `splits` parts in the given order.
/// Columns are normalised. Throws bad_argument on fewer samples than splits, on a negative
/// probability, on a sum further than 1e-4 from 1; non_finite on NaN or infinity.
inline inception_scores inception_score(const sample_matrix& probabilities,
                                        Eigen::Index splits = 1) {
    if (splits < 1) throw bad_argument(detail::text("diffgen: splits is ", splits, ", not >= 1"));
    detail::check_samples("probability", probabilities, splits);
    const Eigen::RowVectorXd sums = probabilities.colwise().sum();
    for (Eigen::Index i = 0; i < probabilities.cols(); ++i) {
        const double least = probabilities.col(i).minCoeff();
        if (least < 0 || std::abs(sums(i) - 1) > 1e-4) {
            throw bad_argument(detail::text("diffgen: the probabilities of sample ", i, " sum to ",
                                            sums(i), " and the least is ", least));
        }
    }
    const matrix normalised = probabilities.array().rowwise() / sums.array();

    Eigen::ArrayXd scores(splits);
    for (Eigen::Index part = 0; part < splits; ++part) {
        const Eigen::Index first = part * normalised.cols() / splits;
        const Eigen::Index last = (part + 1) * normalised.cols() / splits;
        scores(part) = detail::inception_score_of(normalised.middleCols(first, last - first));
    }
    return {scores.mean(), std::sqrt((scores - scores.mean()).square().mean())};
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>
