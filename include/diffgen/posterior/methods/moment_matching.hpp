// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Methods that take x_0 given x_t for Gaussian with mean D and some covariance X, and so have D' =
// D + X A' (sigma_y^2 I + A X A')^-1 (y - A D): where X is right, so is D'.
//
//   moment_matching    X = sigma^2 / alpha J, the covariance itself (Rozet et al. 2024, MMPS)
//   row_sums           A X A' by the sums of its rows (Boys et al. 2023, TMPD)
//   prior_covariance   X of Gaussian data with a known covariance
//   pseudo_inverse_guidance  X = r^2 I, and J for the product in front (Song et al. 2023)

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/posterior/gaussian_components.hpp>
#include <diffgen/posterior/given.hpp>
#include <diffgen/posterior/krylov.hpp>

#include <cmath>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::posterior {

namespace detail {

/// Every column times sigma^2 / alpha of its level.
template <class Estimates>
matrix times_gain(const Estimates& e, matrix v) {
    for (Index i = 0; i < v.cols(); ++i) {
        const noise_level& l = e.level(i);
        v.col(i) *= l.sigma * l.sigma / l.alpha;
    }
    return v;
}

}  // namespace detail

/// MMPS. Exact for one Gaussian, up to the solver's iterations; 1 + iterations products with J' an
/// evaluation. A learned network's J is not symmetric: conjugate gradients can diverge, GMRES not.
struct moment_matching {
    krylov solver{};

    void check() const { solver.check(); }

    template <class Estimates, class Operator>
    [[nodiscard]] matrix operator()(const Estimates& e, const measured<Operator>& m) const {
        const auto covariance = [&](const matrix& v) { return detail::times_gain(e, e.vjp(v)); };
        const auto system = [&](const matrix& q) -> matrix {
            return m.variance() * q + m.apply(covariance(m.adjoint(q)));
        };
        const matrix q = solver.solve(system, m.residual(e.denoised));
        return e.denoised + covariance(m.adjoint(q));
    }
};

/// TMPD: 2 products with J' an evaluation. Exact where A X A' is diagonal. A row whose sum would
/// make the variance negative counts as one without covariance.
struct row_sums {
    template <class Estimates, class Operator>
    [[nodiscard]] matrix operator()(const Estimates& e, const measured<Operator>& m) const {
        const auto covariance = [&](const matrix& v) { return detail::times_gain(e, e.vjp(v)); };
        const matrix residual = m.residual(e.denoised);
        matrix sums =
            m.apply(covariance(m.adjoint(matrix::Ones(residual.rows(), residual.cols()))));
        if (!keep_negative) sums = sums.cwiseMax(0);
        const matrix q = residual.array() / (m.variance() + sums.array());
        return e.denoised + covariance(m.adjoint(q));
    }
    bool keep_negative = false;  ///< as the peers do; a denominator may then be near 0
};

/// Where the data have the covariance C, x_0 given x_t of a Gaussian has (C^-1 + (alpha / sigma)^2
/// I)^-1. Needs no derivative. Exact for one Gaussian.
class prior_covariance {
  public:
    /// Throws bad_argument unless the covariance is symmetric, its variances not negative.
    explicit prior_covariance(const matrix& covariance, krylov solver = {.iterations = 20})
        : principal_(detail::principal_axes_of(covariance, covariance.rows(), 0)),
          solver_(solver) {}

    void check() const { solver_.check(); }

    template <class Estimates, class Operator>
    [[nodiscard]] matrix operator()(const Estimates& e, const measured<Operator>& m) const {
        const auto covariance = [&](matrix v) {
            for (Index i = 0; i < v.cols(); ++i) {
                const noise_level& l = e.level(i);
                const double r2 = (l.sigma / l.alpha) * (l.sigma / l.alpha);
                const vector shrunk =
                    (principal_.variances.array() * r2 / (principal_.variances.array() + r2))
                        .matrix();
                v.col(i) =
                    principal_.axes * shrunk.cwiseProduct(principal_.axes.transpose() * v.col(i));
            }
            return v;
        };
        const auto system = [&](const matrix& q) -> matrix {
            return m.variance() * q + m.apply(covariance(m.adjoint(q)));
        };
        const matrix q = solver_.solve(system, m.residual(e.denoised));
        return e.denoised + covariance(m.adjoint(q));
    }

  private:
    detail::principal_axes principal_;
    krylov solver_;
};

/// PGDM: the covariance is r^2 I with r^2 = s^2 v / (s^2 + v), s = sigma / alpha and v the variance
/// of the data, but J stands in front; 1 product with J' an evaluation. Needs solve(s, r, y) of the
/// operator.
struct pseudo_inverse_guidance {
    double data_variance = 1;
    double weight = 1;

    void check() const {
        require(detail::is_positive(data_variance),
                "pseudo_inverse_guidance with data_variance = ", data_variance,
                "; must be above 0");
        require(detail::is_not_negative(weight), "pseudo_inverse_guidance with weight = ", weight,
                "; must not be negative");
    }

    template <class Estimates, class Operator>
    [[nodiscard]] matrix operator()(const Estimates& e, const measured<Operator>& m) const {
        static_assert(solves<Operator>,
                      "diffgen: this posterior method solves with A A' s + r: give the operator a "
                      "member solve(s, r, y), or use posterior::dense of its matrix");
        matrix q = m.residual(e.denoised);
        for (Index i = 0; i < q.cols(); ++i) {
            const noise_level& l = e.level(i);
            const double s2 = (l.sigma / l.alpha) * (l.sigma / l.alpha);
            q.col(i) = m.op().solve(s2 * data_variance / (s2 + data_variance), m.variance(),
                                    vector(q.col(i)));
        }
        return e.denoised + weight * detail::times_gain(e, e.vjp(m.adjoint(q)));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
