// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// ER-SDE-Solvers 1, 2, 3 (Cui et al. 2023): reverse SDEs with any amount of noise, given by a
// function phi of r = sigma / alpha,
//     y_t = phi_t / phi_s y_s + phi_t int_s^t D d(1 / phi) + noise,   y = x / alpha,
// with the weights that the integral demands of the polynomial through the last values of D: those
// of the authors' code (er_sde_solver.py, vp_1_order to vp_3_order_taylor), but that at order 3 the
// polynomial's slope is taken at the newest value, where they take that of its last chord.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/history.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// phi by its growth over that of the ODE, phi(r) / r, which must not fall with r.
namespace noise_growth {

/// phi = r^(1 + exponent): 0 is the probability flow, 1 the reverse SDE.
struct power {
    double exponent = 1;

    void check() const {
        diffgen::detail::require(diffgen::detail::is_not_negative(exponent),
                                 "noise_growth::power with exponent = ", exponent,
                                 "; must be 0 (the probability flow) or more");
    }
    [[nodiscard]] double operator()(double r) const { return std::pow(r, exponent); }
};

/// Cui et al. 2023, their "SDE 5": phi = r (exp(r^0.3) + 10).
struct er_sde_5 {
    [[nodiscard]] double operator()(double r) const { return std::exp(std::pow(r, 0.3)) + 10; }
};

}  // namespace noise_growth

/// Starts by lower orders. Weak order: 1 (Order = 1), else 2; strong order 1. Evaluations a
/// step: 1. Noise: 1 draw where there is any, none on the step to the clean end. Converges to the
/// SDE of phi, whose marginals are those of the forward process.
template <int Order = 3, class Growth = noise_growth::er_sde_5>
struct er_sde {
    static_assert(Order >= 1 && Order <= 3, "diffgen: orders of ER-SDE are 1, 2 and 3");
    static constexpr int registers = Order;  ///< the state, and the values of D before this one
    static constexpr int rows = Order == 1 ? 1 : 2;
    static constexpr int draws = 1;

    Growth growth{};

    void check() const { diffgen::detail::check(growth); }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const auto &from = s.from(), &to = s.to();
        if (to.is_clean()) return denoising_stage(s);
        stage out = evaluation_stage(from);
        // the part of the noise that stays
        const double kept = growth(to.sigma_over_alpha()) / growth(from.sigma_over_alpha());
        const double fresh = std::sqrt((1 - kept) * (1 + kept));
        out.draws = fresh > 0 ? 1 : 0;
        const linear_form noise = kept * eps(from) + fresh * z;
        linear_form next = state_at(to, noise);
        if (to.alpha > 0) next += to.alpha * change_of_estimate(s);
        out.write(0, next);
        if constexpr (Order > 1) out.write(values.slot(s.index), D);
        return out;
    }

  private:
    static constexpr history values{1, std::max(Order - 1, 1)};  ///< of D

    /// phi_t int_s^t (P - D_s) d(1 / phi), P Newton's polynomial through the values there are; the
    /// one of pure noise, at r infinite, is not among them.
    [[nodiscard]] linear_form change_of_estimate(const step& s) const {
        using namespace symbol;
        const int before =
            s.remembered() - (s.level(s.begin).alpha > 0 ? 0 : 1);  // values beside the new one
        const int count = std::min(Order - 1, before);
        if (count < 1) return {};
        const auto r = [&](int back) { return s.level(s.index - back).sigma_over_alpha(); };
        const auto value = [&](int back) { return values.value(s.index - back); };
        const double first = moment(1, r(0), s.to().sigma_over_alpha());
        const linear_form slope = (D - value(1)) / (r(0) - r(1));
        linear_form sum = first * slope;
        if (count > 1) {
            const linear_form curve =
                (slope - (value(1) - value(2)) / (r(1) - r(2))) / (r(0) - r(2));
            sum +=
                (moment(2, r(0), s.to().sigma_over_alpha()) + product(first, r(0) - r(1))) * curve;
        }
        return sum;
    }

    /// phi_t int_s^t (r - s)^k d(1 / phi) for k = 1 or 2, by parts, and by Simpson's rule in log r.
    [[nodiscard]] double moment(int k, double s, double t) const {
        constexpr int panels = 64;
        const double d = std::log(t / s) / panels;
        double sum = 0;
        for (int i = 0; i <= panels; ++i) {
            const double r = product(s, std::exp(i * d));
            const double weight = i == 0 || i == panels ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * (k == 1 ? 1 : r - s) * growth(t) / growth(r);
        }
        return (k == 1 ? t - s : product(t - s, t - s)) - k * t * sum * d / 3;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
