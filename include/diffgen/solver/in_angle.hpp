// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The probability flow along a quarter of a turn: the variable that the solvers with error control
// step through, because both of its ends, the data and pure noise, lie at a finite distance.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// sqrt(alpha^2 + sigma^2): a state divided by it has the size of the data or of a standard normal,
/// whichever weighs more, under every kernel. (1 where the process preserves variance.)
[[nodiscard]] inline double unit_scale(const noise_level& l) {
    return std::hypot(l.alpha, l.sigma);
}

/// The ODE in the angle theta = arctan(sigma / alpha), from pi / 2 (pure noise) to 0 (clean), where
/// it is du / d theta = cos(theta) eps - sin(theta) D for u = x / sqrt(alpha^2 + sigma^2) (the
/// velocity of Salimans and Ho 2022, appendix D; its angle as time, Lu and Song 2024, TrigFlow).
/// Paths of all kernels are the same in u. For data of unit size everything in it is of the order
/// of 1, and smooth.
struct in_angle {
    [[nodiscard]] static double variable(const noise_level& l) {
        return std::atan2(l.sigma, l.alpha);
    }
    [[nodiscard]] static noise_level level(const process_view& p, double theta) {
        return p.level_of_log_snr(-2 * std::log(std::tan(theta)));
    }
    [[nodiscard]] static noise_level level(const step& s, double theta) {
        return level(s.process, theta);
    }
    /// A state at level l has the coordinate x / scale(l).
    [[nodiscard]] static double scale(const noise_level& l) { return unit_scale(l); }
    /// Derivative of the coordinate, from the state in register `input`.
    [[nodiscard]] static linear_form slope(const step&, const noise_level& l, int input) {
        const double n = unit_scale(l);
        return (l.alpha / n * symbol::reg(input) - n * symbol::D) / l.sigma;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
