// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A linear measurement y = A x + sigma eps: the condition of every posterior method.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/posterior/linear_operator.hpp>

#include <utility>

namespace diffgen::inline DIFFGEN_ABI::posterior {

template <linear_operator Operator>
class measured {
  public:
    /// y: one measurement for all samples, or a column for each row of the batch. sigma: the
    /// standard deviation of its noise. Throws bad_shape unless y has as many numbers as A gives,
    /// bad_argument on a sigma that is negative, non_finite on a y that is none.
    measured(Operator a, matrix y, double sigma)
        : operator_(std::move(a)), y_(std::move(y)), sigma_(sigma) {
        detail::check_size("the measurement", y_.rows(), operator_.rows());
        if (y_.cols() == 0) throw bad_shape("diffgen: a measurement without columns");
        if (!y_.allFinite()) throw non_finite("diffgen: a measurement is not finite");
        require(detail::is_not_negative(sigma), "a measurement with sigma = ", sigma,
                "; must be finite and not negative");
    }

    [[nodiscard]] const Operator& op() const { return operator_; }
    [[nodiscard]] double sigma() const { return sigma_; }
    [[nodiscard]] double variance() const { return sigma_ * sigma_; }
    /// The measurement of row i.
    [[nodiscard]] auto y(Index i) const { return y_.col(y_.cols() == 1 ? 0 : i); }

    /// y - A x of every column.
    [[nodiscard]] matrix residual(const matrix& x) const {
        check_rows(x.cols());
        matrix e(operator_.rows(), x.cols());
        for (Index i = 0; i < x.cols(); ++i)
            e.col(i) = y(i) - operator_.apply(x.col(i));
        return e;
    }
    /// A and A' of every column.
    [[nodiscard]] matrix apply(const matrix& x) const {
        matrix y(operator_.rows(), x.cols());
        for (Index i = 0; i < x.cols(); ++i)
            y.col(i) = operator_.apply(x.col(i));
        return y;
    }
    [[nodiscard]] matrix adjoint(const matrix& y) const {
        matrix x(operator_.cols(), y.cols());
        for (Index i = 0; i < y.cols(); ++i)
            x.col(i) = operator_.adjoint(y.col(i));
        return x;
    }

    /// Throws bad_shape where there is neither one measurement nor one for each of `rows`.
    void check_rows(Index rows) const {
        if (y_.cols() != 1 && y_.cols() != rows)
            throw bad_shape(detail::text("diffgen: ", y_.cols(), " measurements for a batch of ",
                                         rows, " samples; one for all, or one each"));
    }

  private:
    Operator operator_;
    matrix y_;
    double sigma_;
};

template <class Operator, class Y>
measured(Operator, Y, double) -> measured<Operator>;

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
