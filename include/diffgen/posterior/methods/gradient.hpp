// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Diffusion posterior sampling (Chung et al. 2023): log p(y | x_t) is taken for log p(y | x_0 = D),
// and its gradient through the network is added to the score.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/posterior/methods/moment_matching.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// DPS: D' = D + weight sigma^2 / alpha J'A'(y - A D) / v. The paper's equation 15 has v =
/// sigma_y^2, which is stiff where D is still far from x_0; v = sigma_y^2 + inflation s^2 v_d /
/// (s^2 + v_d), s = sigma / alpha and v_d the variance of the data, tempers it. 1 product with J'
/// an evaluation.
struct dps {
    double weight = 1;
    double inflation = 0;
    double data_variance = 1;

    void check() const {
        require(detail::is_not_negative(weight) && detail::is_not_negative(inflation) &&
                    detail::is_positive(data_variance),
                "dps with weight = ", weight, ", inflation = ", inflation,
                ", data_variance = ", data_variance, "; must not be negative, the last above 0");
    }

    template <class Estimates, class Operator>
    [[nodiscard]] matrix operator()(const Estimates& e, const measured<Operator>& m) const {
        require(m.sigma() > 0 || inflation > 0,
                "dps of a measurement without noise divides by it; give it inflation");
        matrix q = m.residual(e.denoised);
        for (Index i = 0; i < q.cols(); ++i) {
            const noise_level& l = e.level(i);
            const double s2 = (l.sigma / l.alpha) * (l.sigma / l.alpha);
            q.col(i) *=
                weight / (m.variance() + inflation * s2 * data_variance / (s2 + data_variance));
        }
        return e.denoised + detail::times_gain(e, e.vjp(m.adjoint(q)));
    }
};

/// The gradient in x_t of the norm |y - A D|, which algorithm 1 of the paper takes away, times a
/// number, after each step: -J'A'e / |e|. 0 where the residual is.
template <class Estimates, class Operator>
[[nodiscard]] matrix norm_gradient(const Estimates& e, const measured<Operator>& m) {
    matrix q = m.residual(e.denoised);
    for (Index i = 0; i < q.cols(); ++i) {
        const double norm = q.col(i).norm();
        if (norm > 0) q.col(i) /= -norm;
    }
    return e.vjp(m.adjoint(q));
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
