// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Underdamped (kinetic) Langevin dynamics by the splitting BAOAB: a kick by half the force, half a
// drift, friction and noise exactly, half a drift, half a kick (Leimkuhler and Matthews 2013).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// dx = p / m dt, dp = (score - gamma p) dt + sqrt(2 gamma m T) dw, at the level where the step
/// starts. Register 1 is the momentum before the second half of its kick, which is carried out with
/// the first half of the next step: both need the score at the same place, which so is evaluated
/// once.
/// Converges to q^(1 / T) of that level up to O(step^2); on Gaussian data the variance of the state
/// is exact in steps of any size up to 2 sqrt(m v), where v is the variance and the scheme ceases
/// to be stable. Infinite friction makes it the limit method of the same authors, x += delta / 2
/// score + sqrt(delta T) (z + z of the step before) / 2 with delta = step^2 / m: second order in
/// delta at the cost of plain Langevin dynamics, which has the first.
/// Evaluations a step: 1. Noise: 1 draw; 2 at the first, for the momentum to start from.
struct underdamped_langevin {
    static constexpr int registers = 2;
    static constexpr int rows = 2;
    static constexpr int draws = 2;

    double step = 0.1;       ///< h, a time
    double friction = 1;     ///< gamma, per time; infinity is allowed
    double mass = 1;         ///< m
    double temperature = 1;  ///< T; the density's own is 1

    void check() const {
        using diffgen::detail::is_positive;
        diffgen::detail::require(is_positive(step), "underdamped_langevin with step = ", step,
                                 "; a step size must be above 0");
        diffgen::detail::require(friction > 0, "underdamped_langevin with friction = ", friction,
                                 "; must be above 0, or no noise enters");
        diffgen::detail::require(is_positive(mass), "underdamped_langevin with mass = ", mass,
                                 "; must be above 0");
        diffgen::detail::require(is_positive(temperature),
                                 "underdamped_langevin with temperature = ", temperature,
                                 "; must be above 0");
    }

    [[nodiscard]] static int stages(const diffgen::step&) { return 1; }

    [[nodiscard]] stage plan(const diffgen::step& s, int) const {
        return correct(s.from(), s.remembered());
    }

    /// Step k of those that share a momentum; at k = 0 it is drawn afresh from N(0, m T).
    [[nodiscard]] stage correct(const noise_level& level, int k = 0) const {
        using namespace symbol;
        const double heat = mass * temperature, kept = std::exp(-friction * step);
        const double noise = std::sqrt(-std::expm1(-2 * friction * step) * heat);
        const linear_form force = grad_log_q(level);
        stage out = evaluation_stage(level);
        out.draws = k == 0 ? 2 : 1;
        const linear_form kicked =
            k == 0 ? std::sqrt(heat) * normal(1) + 0.5 * step * force : reg(1) + step * force;
        const linear_form thermal = kept * kicked + noise * z;
        return out.write(0, x + 0.5 * step / mass * (kicked + thermal)).write(1, thermal);
    }

    /// The same dynamics in units of a level's noise: lengths and times are `sigma` times longer.
    [[nodiscard]] underdamped_langevin scaled(double sigma) const {
        return {step * sigma, friction / sigma, mass, temperature};
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
