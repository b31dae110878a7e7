// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Explicit Runge-Kutta methods for the probability-flow ODE, of any Butcher tableau and in one of
// several variables. Here are sigma / alpha (Karras et al. 2022, where the ODE is dy/dr = (y - D) /
// r, y = x / alpha), its inverse alpha / sigma, and the schedule's time (Song et al. 2021, eq. 13:
// dx/dt = f x - g^2 score / 2). The angle arctan(sigma / alpha) is in in_angle.hpp.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/step.hpp>
#include <diffgen/solver/tableau.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// The ODE in r = sigma / alpha. Paths of all kernels are the same up to alpha.
struct in_sigma {
    [[nodiscard]] static double variable(const noise_level& l) { return l.sigma_over_alpha(); }
    [[nodiscard]] static noise_level level(const step& s, double r) {
        return s.process.level_of_log_snr(-2 * std::log(r));
    }
    /// A state at level l has the coordinate x / scale(l).
    [[nodiscard]] static double scale(const noise_level& l) { return l.alpha; }
    /// Derivative of the coordinate, from the state in register `input`.
    [[nodiscard]] static linear_form slope(const step&, const noise_level& l, int input) {
        return (symbol::reg(input) / l.alpha - symbol::D) / l.sigma_over_alpha();
    }
};

/// The ODE in the schedule's time.
struct in_time {
    [[nodiscard]] static double variable(const noise_level& l) { return l.t; }
    [[nodiscard]] static noise_level level(const step& s, double t) { return s.process.level(t); }
    [[nodiscard]] static double scale(const noise_level&) { return 1; }
    [[nodiscard]] static linear_form slope(const step& s, const noise_level& l, int input) {
        return s.process.drift(l.t) * symbol::reg(input) -
               0.5 * s.process.diffusion_squared(l.t) * symbol::grad_log_q(l, input);
    }
};

/// The ODE in q = alpha / sigma, where it is d(x / sigma) = D dq: the one to leave pure noise with,
/// alpha = 0, or to reach it, where the other two have no finite form.
struct in_signal {
    [[nodiscard]] static double variable(const noise_level& l) { return std::exp(0.5 * l.log_snr); }
    [[nodiscard]] static noise_level level(const step& s, double q) {
        return s.process.level_of_log_snr(2 * std::log(q));
    }
    [[nodiscard]] static double scale(const noise_level& l) { return l.sigma; }
    [[nodiscard]] static linear_form slope(const step&, const noise_level&, int) {
        return symbol::D;
    }
};

namespace detail {

/// The forms of one explicit Runge-Kutta step from the state in register 0, at level `from`; slope
/// number i lies in register 2 + i once its stage is over.
template <class Tableau, class V>
struct explicit_step {
    const Tableau& coefficients;
    const step& s;
    const noise_level& from;

    [[nodiscard]] double size() const { return V::variable(s.to()) - V::variable(from); }

    [[nodiscard]] noise_level level(int i) const {
        const double c = coefficients.c[static_cast<unsigned>(i)];
        if (c == 0) return from;
        if (c == 1) return s.to();
        return V::level(s, V::variable(from) + product(c, size()));
    }

    /// h times the weighted slopes up to number j, which is given.
    template <class Weights>
    [[nodiscard]] linear_form increment(const Weights& weights, int j, linear_form slope) const {
        const double h = size();
        linear_form sum;
        for (int i = 0; i < j; ++i)
            sum += h * weights[static_cast<unsigned>(i)] * symbol::reg(2 + i);
        return sum + h * weights[static_cast<unsigned>(j)] * slope;
    }

    /// The state at level `there`, the coordinate advanced by that increment.
    template <class Weights>
    [[nodiscard]] linear_form advanced(const Weights& weights, int j, linear_form slope,
                                       const noise_level& there) const {
        return V::scale(there) * (symbol::x / V::scale(from) + increment(weights, j, slope));
    }

    /// What the evaluation after number j sees.
    [[nodiscard]] linear_form argument(int j, linear_form slope) const {
        return advanced(coefficients.a[static_cast<unsigned>(j + 1)], j, slope, level(j + 1));
    }
};

}  // namespace detail

/// Order: the tableau's; from pure noise (alpha = 0) over sigma or time at most 2, over in_signal
/// the tableau's. Evaluations a step: the tableau's; 1 on the step to the clean end, which is the
/// denoised estimate. Noise: none. Converges to the probability flow.
template <class Tableau, class Variable = in_sigma>
struct runge_kutta {
    static constexpr int stage_count = Tableau::evaluations;
    static constexpr int order = Tableau::order;
    static constexpr bool single_step = true;  ///< nothing is remembered from step to step
    /// The state, the argument of the next evaluation, and the slopes but the last.
    static constexpr int registers = stage_count == 1 ? 1 : stage_count + 1;
    static constexpr int rows = stage_count == 1 ? 1 : 2;
    static constexpr int draws = 0;

    Tableau coefficients{};

    void check() const { diffgen::detail::check(coefficients); }

    [[nodiscard]] static int stages(const step& s) { return s.to().is_clean() ? 1 : stage_count; }

    [[nodiscard]] stage plan(const step& s, int j) const {
        if (s.to().is_clean()) return denoising_stage(s);
        const bool signal = s.from().alpha > 0 && s.to().alpha > 0;
        return signal ? plan_in<Variable>(s, j) : plan_in<in_signal>(s, j);
    }

  private:
    template <class V>
    [[nodiscard]] stage plan_in(const step& s, int j) const {
        const detail::explicit_step<Tableau, V> method{coefficients, s, s.from()};
        const noise_level here = method.level(j);
        const linear_form slope = V::slope(s, here, j == 0 ? 0 : 1);
        stage out = evaluation_stage(here, j == 0 ? 0 : 1);
        if constexpr (stage_count > 1)
            if (j + 1 < stage_count)
                return out.write(1, method.argument(j, slope)).write(2 + j, slope);
        return out.write(0, method.advanced(coefficients.b, j, slope, s.to()));
    }
};

/// Euler's method in sigma / alpha: DDIM without noise.
using euler = runge_kutta<tableau::euler, in_sigma>;
/// Euler's method for the probability flow in time (Song et al. 2021).
using probability_flow_euler = runge_kutta<tableau::euler, in_time>;
/// Heun's method: Karras et al. 2022, algorithm 1.
using heun = runge_kutta<tableau::heun, in_sigma>;
using rk4 = runge_kutta<tableau::rk4, in_sigma>;
using midpoint = runge_kutta<tableau::midpoint, in_sigma>;
using dormand_prince = runge_kutta<tableau::dormand_prince, in_sigma>;

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
