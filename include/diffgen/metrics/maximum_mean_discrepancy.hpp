// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The maximum mean discrepancy (Gretton et al. 2012, eq. 3): the unbiased estimate of its square,
//     mean of k(x_i, x_j), i != j, + mean of k(y_i, y_j), i != j, - 2 mean of k(x_i, y_j).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/metrics/kernels.hpp>
#include <diffgen/metrics/progress.hpp>
#include <diffgen/metrics/samples.hpp>
#include <diffgen/metrics/threads.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::metrics {

namespace detail {

/// Squared distances between all columns of two blocks, by products. They are taken from the first
/// column of x, so that an origin far away costs no digits; where two samples are so near that the
/// products cancel, their difference is taken itself.
inline matrix squared_distances(const sample_matrix& x, const sample_matrix& y) {
    const Eigen::VectorXd origin = x.col(0);
    const matrix a = x.colwise() - origin, b = y.colwise() - origin;
    const Eigen::VectorXd norms_a = a.colwise().squaredNorm();
    const Eigen::VectorXd norms_b = b.colwise().squaredNorm();
    matrix squares = -2 * (a.transpose() * b);
    constexpr double near = 1e-3;
    for (Eigen::Index j = 0; j < b.cols(); ++j) {
        for (Eigen::Index i = 0; i < a.cols(); ++i) {
            const double norms = norms_a(i) + norms_b(j);
            squares(i, j) += norms;
            if (squares(i, j) < near * norms) squares(i, j) = (x.col(i) - y.col(j)).squaredNorm();
        }
    }
    return squares;
}

/// The kernel of all pairs of columns of two blocks. Products are in the samples' own type,
/// whatever cancels is in double.
template <class Kernel, class X, class Y>
Eigen::ArrayXXd kernel_block(const Kernel& kernel, const X& x, const Y& y) {
    if constexpr (requires(Eigen::ArrayXXd a) { kernel.of_products(a, Eigen::Index{}); }) {
        return kernel.of_products((x.transpose() * y).template cast<double>().array(), x.rows());
    } else {
        return kernel.of_squared_distances(
            squared_distances(x.template cast<double>(), y.template cast<double>()).array());
    }
}

}  // namespace detail

/// An accumulator: the mean of a kernel over pairs of samples. Merging is exact to rounding. The
/// kernel is called from several threads at once where the program is compiled with OpenMP.
template <class Kernel = polynomial_kernel>
class kernel_mean {
  public:
    explicit kernel_mean(const Kernel& kernel = {}) : kernel_(kernel) {
        diffgen::detail::check(kernel);
    }

    /// Adds all pairs of a column of x with one of y; both in double, or both in float, whose
    /// products are in float and their sum in double. Throws bad_shape when the dimensions differ,
    /// non_finite on NaN or infinity.
    template <class X, class Y>
    void add(const Eigen::MatrixBase<X>& first, const Eigen::MatrixBase<Y>& second) {
        static_assert(std::is_same_v<typename X::Scalar, typename Y::Scalar>,
                      "diffgen: samples that are compared have one type, float or double");
        const detail::matrix_view<X>& x = first.derived();
        const detail::matrix_view<Y>& y = second.derived();
        detail::check_samples("first", x, 0);
        detail::check_samples("second", y, 0);
        detail::check_same_dimension(x.rows(), y.rows());
        sum_ += sum_of_blocks(detail::blocks_of(x.cols()), detail::blocks_of(y.cols()),
                              [&](Eigen::Index i, Eigen::Index j) {
                                  return detail::kernel_block(kernel_, detail::block_of(x, i),
                                                              detail::block_of(y, j))
                                      .sum();
                              });
        pairs_ += static_cast<double>(x.cols()) * static_cast<double>(y.cols());
    }

    /// Adds all ordered pairs of two different columns. Throws non_finite on NaN or infinity.
    template <class X>
    void add_others(const Eigen::MatrixBase<X>& samples) {
        const detail::matrix_view<X>& x = samples.derived();
        detail::check_samples("added", x, 0);
        const Eigen::Index blocks = detail::blocks_of(x.cols());
        sum_ += sum_of_blocks(blocks, blocks, [&](Eigen::Index i, Eigen::Index j) {
            if (i > j) return 0.0;
            auto values =
                detail::kernel_block(kernel_, detail::block_of(x, i), detail::block_of(x, j));
            if (i == j) values.matrix().diagonal().setZero();
            return (i == j ? 1 : 2) * values.sum();
        });
        pairs_ += static_cast<double>(x.cols()) * (static_cast<double>(x.cols()) - 1);
    }

    void merge(const kernel_mean& other) {
        sum_ += other.sum_;
        pairs_ += other.pairs_;
    }

    [[nodiscard]] double sum() const { return sum_; }
    /// Throws bad_argument where there are no pairs.
    [[nodiscard]] double mean() const {
        require(pairs_ > 0, "the mean of a kernel over no pairs");
        return sum_ / pairs_;
    }

  private:
    /// The sum of of_pair(i, j) over blocks i and j. They are shared out among threads, and their
    /// sums are added in one order, so that the bits do not depend on the threads.
    template <class OfPair>
    static double sum_of_blocks(Eigen::Index rows, Eigen::Index columns, OfPair of_pair) {
        Eigen::ArrayXd sums = Eigen::ArrayXd::Zero(rows * columns);
        detail::share_out(rows * columns, [&](Eigen::Index pair) {
            sums(pair) = of_pair(pair % rows, pair / rows);
        });
        return sums.sum();
    }

    Kernel kernel_;
    double sum_ = 0, pairs_ = 0;
};

/// The square, between two sets of samples, a column each. Unbiased, so it can be negative for sets
/// that are alike. Throws bad_shape when the dimensions differ, bad_argument on fewer than two
/// samples or a kernel that makes no sense, non_finite on NaN or infinity. Both sets in double, or
/// both in float, as networks give features: kernel_mean::add.
template <class Real, class Generated, class Kernel>
double maximum_mean_discrepancy(const Eigen::MatrixBase<Real>& real_samples,
                                const Eigen::MatrixBase<Generated>& generated_samples,
                                const Kernel& kernel) {
    const detail::matrix_view<Real>& real = real_samples.derived();
    const detail::matrix_view<Generated>& generated = generated_samples.derived();
    detail::check_samples("real", real, 2);
    detail::check_samples("generated", generated, 2);
    detail::check_same_dimension(real.rows(), generated.rows());
    kernel_mean<Kernel> within_real(kernel), within_generated(kernel), across(kernel);
    within_real.add_others(real);
    within_generated.add_others(generated);
    across.add(real, generated);
    return within_real.mean() + within_generated.mean() - 2 * across.mean();
}

/// sqrt(2 E|x - y| - E|x - x'| - E|y - y'|) over all pairs (Szekely and Rizzo 2013), in the unit of
/// the samples. Throws as above; one sample of each is enough.
inline double energy_distance(const sample_matrix& real, const sample_matrix& generated) {
    detail::check_samples("real", real, 1);
    detail::check_samples("generated", generated, 1);
    detail::check_same_dimension(real.rows(), generated.rows());
    kernel_mean<distance_kernel> across;
    across.add(real, generated);
    const auto within = [](const sample_matrix& x) {
        kernel_mean<distance_kernel> others;
        others.add_others(x);
        return others.sum() / static_cast<double>(x.cols()) / static_cast<double>(x.cols());
    };
    return std::sqrt(std::max(0.0, within(real) + within(generated) - 2 * across.mean()));
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>
