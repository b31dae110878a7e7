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

namespace detail {

/// sum p log p, with 0 log 0 = 0.
inline double negative_entropy(const Eigen::ArrayXd& p) {
    return (p > 0).select(p * p.max(1e-300).log(), 0.0).sum();
}

}  // namespace detail

/// An accumulator of class probabilities: E KL(p(y|x) || p(y)) = E sum p(y|x) log p(y|x) - sum p(y)
/// log p(y). Merging is exact to rounding.
class inception_accumulator {
  public:
    /// Adds samples, a column each and a row a class; columns are normalised. Throws bad_argument
    /// on a negative probability and on a sum further than 1e-4 from 1, bad_shape where there were
    /// other classes before, non_finite on NaN or infinity.
    void add(const sample_matrix& probabilities) {
        detail::check_samples("probability", probabilities, 0);
        if (count_ > 0) detail::check_mergeable("classes", sum_.size(), probabilities.rows());
        const Eigen::RowVectorXd sums = probabilities.colwise().sum();
        for (Eigen::Index i = 0; i < probabilities.cols(); ++i) {
            const double least = probabilities.col(i).minCoeff();
            if (least < 0 || std::abs(sums(i) - 1) > 1e-4) {
                throw bad_argument(detail::text("diffgen: the probabilities of sample ", i,
                                                " sum to ", sums(i), " and the least is ", least));
            }
        }
        if (count_ == 0) sum_.setZero(probabilities.rows());
        for (Eigen::Index i = 0; i < probabilities.cols(); ++i) {
            const Eigen::ArrayXd p = probabilities.col(i) / sums(i);
            conditional_ += detail::negative_entropy(p);
            sum_ += p;
        }
        count_ += static_cast<double>(probabilities.cols());
    }

    void merge(const inception_accumulator& other) {
        if (other.count_ == 0) return;
        if (count_ == 0) sum_.setZero(other.sum_.size());
        detail::check_mergeable("classes", sum_.size(), other.sum_.size());
        conditional_ += other.conditional_;
        sum_ += other.sum_;
        count_ += other.count_;
    }

    /// Between 1 and the number of classes. Throws bad_argument without a sample.
    [[nodiscard]] double score() const {
        if (count_ == 0) throw bad_argument("diffgen: there are no probabilities");
        return std::exp(conditional_ / count_ - detail::negative_entropy(sum_ / count_));
    }

  private:
    double count_ = 0, conditional_ = 0;
    Eigen::ArrayXd sum_;
};

/// Of probabilities, a column a sample and a row a class, in `splits` parts in the given order.
/// Columns are normalised. Throws bad_argument on fewer samples than splits, on a negative
/// probability, on a sum further than 1e-4 from 1; non_finite on NaN or infinity.
inline mean_and_deviation inception_score(const sample_matrix& probabilities,
                                          Eigen::Index splits = 1) {
    if (splits < 1) throw bad_argument(detail::text("diffgen: splits is ", splits, ", not >= 1"));
    detail::check_samples("probability", probabilities, splits);
    inception_accumulator().add(probabilities);  // so that errors tell the sample's place in all
    Eigen::ArrayXd scores(splits);
    for (Eigen::Index part = 0; part < splits; ++part) {
        const Eigen::Index first = part * probabilities.cols() / splits;
        const Eigen::Index last = (part + 1) * probabilities.cols() / splits;
        inception_accumulator one;
        one.add(probabilities.middleCols(first, last - first));
        scores(part) = one.score();
    }
    return detail::of_values(scores);
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>
