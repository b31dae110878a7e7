// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a tolerance means, how an estimate of the error is held against it, and how long the next
// step is: what the solvers with error control share, beside their way (controlled_path.hpp).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/math.hpp>
#include <diffgen/solver/grid_position.hpp>
#include <diffgen/solver/in_angle.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// The next step is h times safety e_n^-b1 e_(n-1)^-b2 e_(n-2)^-b3, with e the errors in units of
/// the tolerance, b1 = (P + I + D) / k, b2 = -(P + 2 D) / k, b3 = D / k, and k the order of the
/// local error (Soderlind 2003). I alone is the elementary controller.
struct step_controller {
    double proportional = 0.4;  ///< P
    double integral = 0.3;      ///< I
    double derivative = 0;      ///< D
    double safety = 0.9;
    double least = 0.2;  ///< A step is at least this many times as long as the one before,
    double most = 5;     ///< and at most this many times.
    /// How far a step may turn at most, as in_angle measures it; from pure noise to the data it is
    /// pi / 2. Estimates see nothing of what lies between the evaluations of too long a step.
    double longest = 0.7;

    void check() const {
        diffgen::detail::require(std::isfinite(proportional) && std::isfinite(derivative) &&
                                     integral > 0 && std::isfinite(integral),
                                 "a step_controller with P = ", proportional, ", I = ", integral,
                                 ", D = ", derivative, "; they are finite, and I is above 0");
        diffgen::detail::require(safety > 0 && safety < 1 && least > 0 && least < 1 && most > 1,
                                 "a step_controller with safety = ", safety, ", least = ", least,
                                 ", most = ", most,
                                 "; safety and least are in (0, 1), most is above 1");
        diffgen::detail::require(longest > 0, "a step_controller with longest = ", longest,
                                 "; must be an angle above 0");
    }

    /// errors: of this step and the two accepted before it; k: the order of the local error.
    [[nodiscard]] double factor(const std::array<double, 3>& errors, double k) const {
        const double b[] = {(proportional + integral + derivative) / k,
                            -(proportional + 2 * derivative) / k, derivative / k};
        double f = safety;
        for (unsigned i = 0; i < 3; ++i)
            f *= std::pow(std::clamp(errors[i], 1e-10, 1e10), -b[i]);
        return std::clamp(f, least, most);
    }
};

/// The error that the sample may have at the end, in the units of the data: absolute + relative |x|
/// for an element x of it, in the root mean square over the elements.
/// Held against it is what a step adds to the error of u = x / sqrt(alpha^2 + sigma^2), which is x
/// itself where the process preserves variance, and x at the clean end for every process. Far up an
/// exploding process an error of u weighs sigma times as much in x, and the flow shrinks it by as
/// much on its way to data of unit size. So the sizes of such states do not enter; data of a size
/// far from 1 are scaled to it before.
/// Errors add up, and where the flow parts, between two modes of the data, it makes them larger:
/// the tolerance is kept by the sum of many, not proven for each sample.
struct tolerance {
    double absolute = 1e-3;
    double relative = 1e-3;

    void check() const {
        diffgen::detail::require(absolute >= 0 && relative >= 0 && absolute + relative > 0 &&
                                     std::isfinite(absolute + relative),
                                 "a tolerance of ", absolute, " absolute and ", relative,
                                 " relative; they are not negative, and not both 0");
    }

    [[nodiscard]] double larger() const { return std::max(absolute, relative); }

    /// What the judges below are given for an error of a state at level `to`, a part of the
    /// tolerance of which is `share`, where the compared register is a state at level `compared`.
    [[nodiscard]] std::array<double, 3> parameters(const noise_level& to,
                                                   const noise_level& compared,
                                                   double share = 1) const {
        const double scale = unit_scale(to);
        return {share * absolute * scale, share * relative, scale / unit_scale(compared)};
    }

    /// The first step that is tried, as an angle: that of a function whose derivatives are all of
    /// the order of 1. k: the order of the local error.
    [[nodiscard]] double first_angle(double k) const {
        return std::min(0.5, 0.5 * std::pow(larger(), 1 / k));
    }
};

/// The judge of an adaptive solver's stage. The measured forms are two estimates of the error,
/// which become multiples of the tolerance: parameters[0] + parameters[1] parameters[2] |x|, x the
/// compared register.
struct error_in_tolerances {
    template <class T, class V>
    DIFFGEN_VALUE static void element(const T* parameters, const V& x, V& error, V& coarse) {
        const V size = broadcast<V>(parameters[2]) * abs(x);
        const V let_pass = fma(broadcast<V>(parameters[1]), size, broadcast<V>(parameters[0]));
        error = error / let_pass;
        coarse = coarse / let_pass;
    }
};

/// The same with the larger of absolute and relative max(|x|, |next|), as Lu et al. 2022a and
/// Jolicoeur-Martineau et al. 2021 have it; the second form is the new state.
struct error_in_larger_tolerance {
    template <class T, class V>
    DIFFGEN_VALUE static void element(const T* parameters, const V& x, V& error, V& next) {
        const V size = max(broadcast<V>(parameters[2]) * abs(x), abs(next));
        const V relative = broadcast<V>(parameters[1]) * size;
        error = error / max(broadcast<V>(parameters[0]), relative);
        next = broadcast<V>(T(0));
    }
};

/// The root of the mean over the elements of the square of measured form i.
[[nodiscard]] inline double root_mean_square(const measurement& m, unsigned i = 0) {
    return std::sqrt(m.sums[i] / static_cast<double>(m.elements));
}

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
