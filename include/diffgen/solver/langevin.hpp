// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Langevin dynamics: plain (Song and Ermon 2019, eq. 4), annealed over falling noise levels
// (algorithm 1 there), and with the step size from a target signal-to-noise ratio, chosen for every
// sample by itself (Song et al. 2021, algorithm 5).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/math.hpp>
#include <diffgen/solver/annealed.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// x += delta / 2 score + sqrt(delta T) z at the level where the step starts.
/// Evaluations a step: 1. Noise: 1 draw. Converges to q^(1 / T), q the density of that level, up to
/// O(delta): the variance of a Gaussian is 1 / (1 - delta / (4 v)) times too large.
struct langevin {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    double delta = 0.01;     ///< step size, in squared units of the state
    double temperature = 1;  ///< T; the density's own is 1

    void check() const {
        diffgen::detail::require(diffgen::detail::is_positive(delta),
                                 "langevin with delta = ", delta, "; a step size must be above 0");
        diffgen::detail::require(diffgen::detail::is_positive(temperature),
                                 "langevin with temperature = ", temperature, "; must be above 0");
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const { return correct(s.from()); }

    [[nodiscard]] stage correct(const noise_level& level) const {
        using namespace symbol;
        stage out = evaluation_stage(level);
        out.draws = 1;
        return out.write(0,
                         x + 0.5 * delta * grad_log_q(level) + std::sqrt(delta * temperature) * z);
    }

    /// The same dynamics in units of a level's noise.
    [[nodiscard]] langevin scaled(double sigma) const {
        return {delta * sigma * sigma, temperature};
    }
};

/// At every level of the grid `steps` Langevin steps of size delta = step sigma^2, as annealed has
/// it. (Song and Ermon: delta = epsilon (sigma / sigma_L)^2, with epsilon / sigma_L^2 = 0.2.)
/// Evaluations a step: steps (one more on the last). Noise: a draw a Langevin step.
struct annealed_langevin {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    int steps = 5;           ///< Langevin steps at a level
    double step = 0.2;       ///< their size, in units of the level's variance
    double temperature = 1;  ///< T; the density's own is 1

    void check() const {
        diffgen::detail::require(steps >= 1, "annealed_langevin with ", steps,
                                 " steps at a level; it needs at least 1");
        diffgen::detail::require(diffgen::detail::is_positive(step),
                                 "annealed_langevin with step = ", step,
                                 "; a step size must be above 0");
        diffgen::detail::require(diffgen::detail::is_positive(temperature),
                                 "annealed_langevin with temperature = ", temperature,
                                 "; must be above 0");
    }

    [[nodiscard]] int stages(const diffgen::step& s) const {
        return annealed(*this, steps).stages(s);
    }

    [[nodiscard]] stage plan(const diffgen::step& s, int j) const {
        return annealed(*this, steps).plan(s, j);
    }

    [[nodiscard]] stage correct(const noise_level& level) const {
        return langevin{step, temperature}.scaled(level.sigma).correct(level);
    }
};

/// Picks (p, q) of x += p score + q z from the norms over one sample: p = 2 scale (r |z| /
/// |score|)^2 and q = sqrt(2 p). Where the score vanishes there is nothing to correct: no move.
struct target_snr {
    template <class T>
    DIFFGEN_VALUE static void pick(const T* parameters, T direction2, T noise2, T& p, T& q) {
        const T r = parameters[0], scale = parameters[1];
        p = direction2 > T(0) ? T(2) * scale * (r * r * (noise2 / direction2)) : T(0);
        q = sqrt(T(2) * p);
    }
};

/// The corrector of predictor-corrector sampling. Step size per sample: samples of a batch do not
/// feel each other. As a solver of its own it stays at the level where the step starts.
/// It does not converge to the density of the level, however small the ratio: the step size depends
/// on the state and on its own noise. For d elements and r -> 0 the limit is |score|^2 q^(d / (d +
/// 2)), which is q only as d grows; and steps of finite r widen it further. On N(0, v) its limit
/// has E[1 / |x|^2] = 1 / ((d + 2) (1 + scale r^2) v) exactly, where N(0, v) has 1 / ((d - 2) v).
/// From 6 elements on variances are (1 + 2 / d)^2 (1 + scale r^2) times too large, to 3 %: 2.7 %
/// too large for 3,072 elements and r = 0.16. Below, far too large: steps are unbounded where the
/// score vanishes, and the limit's tails fall like |x|^-d only. Three elements of N(0, 1) have a
/// variance of 10 after 8,000 steps, and have not settled: use langevin there. Evaluations a
/// step: 1. Noise: 1 draw.
struct langevin_corrector {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;
    using tuner = target_snr;

    double snr = 0.16;  ///< r, the target signal-to-noise ratio
    double scale = 1;   ///< alpha_t of Song et al. 2021, algorithm 5; 1 for a continuous process

    void check() const {
        diffgen::detail::require(diffgen::detail::is_positive(snr),
                                 "langevin_corrector with snr = ", snr, "; must be above 0");
        diffgen::detail::require(diffgen::detail::is_positive(scale),
                                 "langevin_corrector with scale = ", scale,
                                 "; must be above 0, and 1 for a continuous process");
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const { return correct(s.from()); }

    [[nodiscard]] stage correct(const noise_level& level) const {
        stage out = evaluation_stage(level);
        out.draws = 1;
        return out.write(0, symbol::x).tune(symbol::grad_log_q(level), symbol::z, {snr, scale});
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
