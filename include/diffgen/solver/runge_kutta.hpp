// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Explicit Runge-Kutta methods for the probability-flow ODE, any Butcher tableau, in one of two
// variables: sigma / alpha (Karras et al. 2022, where the ODE is dy/dr = (y - D) / r, y = x /
// alpha) or the schedule's time (Song et al. 2021, eq. 13: dx/dt = f x - g^2 score / 2).

#include <diffgen/core/check.hpp>
#include <diffgen/solver/step.hpp>
#include <diffgen/solver/tableau.hpp>

#include <cmath>

namespace diffgen::solver {

/// The ODE in r = sigma / alpha. Paths of all kernels are the same up to alpha.
struct in_sigma {
    [[nodiscard]] static double variable(const noise_level& l) { return l.ratio(); }
    [[nodiscard]] static noise_level level(const step& s, double r) {
        return s.process.level_at(-2 * std::log(r));
    }
    /// A state at level l has the coordinate x / scale(l).
    [[nodiscard]] static double scale(const noise_level& l) { return l.alpha; }
    /// Derivative of the coordinate, from the state in register `input`.
    [[nodiscard]] static linear_form slope(const step&, const noise_level& l, int input) {
        return (symbol::reg(input) / l.alpha - symbol::D) / l.ratio();
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
        return s.process.level_at(2 * std::log(q));
    }
    [[nodiscard]] static double scale(const noise_level& l) { return l.sigma; }
    [[nodiscard]] static linear_form slope(const step&, const noise_level&, int) {
        return symbol::D;
    }
};

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
        if (s.to().is_clean()) return evaluate(s.from()).write(0, s.to().alpha * symbol::D);
        const bool signal = s.from().alpha > 0 && s.to().alpha > 0;
        return signal ? plan_in<Variable>(s, j) : plan_in<in_signal>(s, j);
    }

  private:
    template <class V>
    [[nodiscard]] stage plan_in(const step& s, int j) const {
        using namespace symbol;
        const auto &from = s.from(), &to = s.to();
        const double h = V::variable(to) - V::variable(from);
        const auto at = [&](int i) {
            const double c = coefficients.c[static_cast<unsigned>(i)];
            if (c == 0) return from;
            if (c == 1) return to;
            return V::level(s, V::variable(from) + c * h);
        };
        const int input = j == 0 ? 0 : 1;
        const noise_level here = at(j);
        const linear_form slope = V::slope(s, here, input);
        // the coordinate advanced by h times the weighted slopes so far, this one included
        const auto advanced = [&](const auto& weights, const noise_level& there) {
            linear_form y = x / V::scale(from);
            for (int i = 0; i < j; ++i)
                y += h * weights[static_cast<unsigned>(i)] * reg(2 + i);
            y += h * weights[static_cast<unsigned>(j)] * slope;
            return V::scale(there) * y;
        };
        stage out = evaluate(here, input);
        if constexpr (stage_count > 1)
            if (j + 1 < stage_count) {
                out.write(1, advanced(coefficients.a[static_cast<unsigned>(j + 1)], at(j + 1)));
                return out.write(2 + j, slope);
            }
        return out.write(0, advanced(coefficients.b, to));
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

}  // namespace diffgen::solver
