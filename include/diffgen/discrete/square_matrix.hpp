// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Small square matrices of transition probabilities and of rates.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/discrete/distribution.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

/// m(a, b) belongs to the change from level a to level b, so that a row is a distribution and
/// chains are products from left to right.
class square_matrix {
  public:
    square_matrix() = default;
    explicit square_matrix(int states)
        : states_(static_cast<std::size_t>(states)), values_(states_ * states_) {}

    static square_matrix identity(int states) {
        square_matrix one(states);
        for (int a = 0; a < states; ++a)
            one(a, a) = 1;
        return one;
    }

    [[nodiscard]] int states() const { return static_cast<int>(states_); }
    double& operator()(int a, int b) { return values_[place(a, b)]; }
    double operator()(int a, int b) const { return values_[place(a, b)]; }
    [[nodiscard]] numbers row(int a) const {
        return numbers(values_).subspan(place(a, 0), states_);
    }
    [[nodiscard]] std::vector<double> column(int b) const {
        std::vector<double> c;
        for (int a = 0; a < states(); ++a)
            c.push_back((*this)(a, b));
        return c;
    }
    [[nodiscard]] const std::vector<double>& values() const { return values_; }

    /// Throws bad_shape where the sizes differ.
    friend square_matrix operator*(const square_matrix& x, const square_matrix& y) {
        if (x.states_ != y.states_)
            throw bad_shape(diffgen::detail::text("diffgen: a product of matrices of ", x.states_,
                                                  " and ", y.states_, " states"));
        square_matrix z(x.states());
        for (int a = 0; a < x.states(); ++a)
            for (int b = 0; b < x.states(); ++b)
                for (int c = 0; c < x.states(); ++c)
                    z(a, c) += x(a, b) * y(b, c);
        return z;
    }
    friend square_matrix operator*(double factor, square_matrix x) {
        for (double& v : x.values_)
            v *= factor;
        return x;
    }
    friend square_matrix operator+(square_matrix x, const square_matrix& y) {
        if (x.states_ != y.states_)
            throw bad_shape(diffgen::detail::text("diffgen: a sum of matrices of ", x.states_,
                                                  " and ", y.states_, " states"));
        for (std::size_t i = 0; i < x.values_.size(); ++i)
            x.values_[i] += y.values_[i];
        return x;
    }

  private:
    [[nodiscard]] std::size_t place(int a, int b) const {
        return static_cast<std::size_t>(a) * states_ + static_cast<std::size_t>(b);
    }

    std::size_t states_ = 0;
    std::vector<double> values_;
};

/// The row vector v times the matrix: where a distribution is after the change. Throws bad_shape.
[[nodiscard]] inline std::vector<double> moved(numbers v, const square_matrix& m) {
    if (v.size() != static_cast<std::size_t>(m.states()))
        throw bad_shape(diffgen::detail::text(
            "diffgen: ", v.size(), " probabilities times a matrix of ", m.states(), " states"));
    std::vector<double> out(v.size());
    for (int a = 0; a < m.states(); ++a)
        for (int b = 0; b < m.states(); ++b)
            out[static_cast<std::size_t>(b)] += v[static_cast<std::size_t>(a)] * m(a, b);
    return out;
}

/// The v with v m = row, by elimination with pivots. Throws non_finite where m has no inverse.
[[nodiscard]] inline std::vector<double> solved(numbers row, square_matrix m) {
    if (row.size() != static_cast<std::size_t>(m.states()))
        throw bad_shape(diffgen::detail::text("diffgen: ", row.size(), " numbers for a matrix of ",
                                              m.states(), " states"));
    std::vector<double> v(row.begin(), row.end());
    const int n = m.states();
    for (int k = 0; k < n; ++k) {  // columns of m are the equations
        int pivot = k;
        for (int j = k + 1; j < n; ++j)
            if (std::abs(m(k, j)) > std::abs(m(k, pivot))) pivot = j;
        if (!(std::abs(m(k, pivot)) > 0))
            throw non_finite(
                diffgen::detail::text("diffgen: a matrix of ", n, " states without an inverse"));
        for (int i = 0; i < n; ++i)
            std::swap(m(i, k), m(i, pivot));
        std::swap(v[static_cast<std::size_t>(k)], v[static_cast<std::size_t>(pivot)]);
        for (int j = 0; j < n; ++j) {
            const double factor = m(k, j) / m(k, k);
            if (j == k || factor == 0) continue;
            for (int i = k; i < n; ++i)
                m(i, j) -= factor * m(i, k);
            v[static_cast<std::size_t>(j)] -= factor * v[static_cast<std::size_t>(k)];
        }
    }
    for (int k = 0; k < n; ++k)
        v[static_cast<std::size_t>(k)] /= m(k, k);
    return v;
}

/// e^m, by the series of e^(m / 2^k), squared k times (Higham 2005, without his shortcut to few
/// products). Exact to rounding for matrices of rates, whose rows sum to 0.
[[nodiscard]] inline square_matrix exponential(square_matrix m) {
    double norm = 0;
    for (const double v : m.values())
        norm = std::max(norm, std::abs(v) * m.states());
    int halvings = 0;
    while (std::ldexp(norm, -halvings) > 0.5)
        ++halvings;
    m = std::ldexp(1., -halvings) * m;
    square_matrix sum = square_matrix::identity(m.states()), term = sum;
    for (int k = 1; k <= 16; ++k) {
        term = (1. / k) * (term * m);
        sum = sum + term;
    }
    for (; halvings > 0; --halvings)
        sum = sum * sum;
    return sum;
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>
