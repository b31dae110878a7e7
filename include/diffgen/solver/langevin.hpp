// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Langevin dynamics: plain (formula 10), annealed over falling noise levels (Song and Ermon 2019,
// algorithm 1; formula 11), and with the step size from a target signal-to-noise ratio, chosen for
// every sample by itself (Song et al. 2021, algorithm 5).

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/math.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::solver {

/// x += delta / 2 score + sqrt(delta) z at the level where the step starts.
/// Evaluations a step: 1. Noise: 1 draw. Converges to the density of that level, up to O(delta).
struct langevin {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    double delta = 0.01;  ///< step size, in squared units of the state

    void check() const {
        diffgen::detail::require(diffgen::detail::is_positive(delta),
                                 "langevin with delta = ", delta, "; a step size must be above 0");
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const { return correct(s.from()); }

    [[nodiscard]] stage correct(const noise_level& level) const {
        using namespace symbol;
        stage out = evaluate(level);
        out.draws = 1;
        return out.write(0, x + 0.5 * delta * grad_log_q(level) + std::sqrt(delta) * z);
    }
};

/// At every level of the grid `steps` Langevin steps of size delta = step sigma^2; each level
/// starts where the last ended. (Song and Ermon: delta = epsilon (sigma / sigma_L)^2, with epsilon
/// / sigma_L^2 = 0.2.) Where the grid ends at the clean end, one more evaluation gives the denoised
/// estimate. Evaluations a step: steps (one more on the last). Noise: a draw an evaluation.
struct annealed_langevin {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    int steps = 5;      ///< Langevin steps at a level
    double step = 0.2;  ///< their size, in units of the level's variance

    void check() const {
        diffgen::detail::require(steps >= 1, "annealed_langevin with ", steps,
                                 " steps at a level; it needs at least 1");
        diffgen::detail::require(diffgen::detail::is_positive(step),
                                 "annealed_langevin with step = ", step,
                                 "; a step size must be above 0");
    }

    [[nodiscard]] int stages(const diffgen::step& s) const {
        return steps + (s.to().is_clean() ? 1 : 0);
    }

    [[nodiscard]] stage plan(const diffgen::step& s, int j) const {
        using namespace symbol;
        const auto &from = s.from(), &to = s.to();
        if (j == steps) return evaluate(from).write(0, to.alpha * D);
        const stage moved = correct(from);
        if (j + 1 < steps || to.is_clean()) return moved;
        return restated(moved, to.alpha / from.alpha);
    }

    [[nodiscard]] stage correct(const noise_level& level) const {
        return langevin{step * level.sigma * level.sigma}.correct(level);
    }

  private:
    /// The stage with its new state times a factor: the same x / alpha at the next level.
    [[nodiscard]] static stage restated(stage s, double factor) {
        s.updates[0].form = factor * s.updates[0].form;
        return s;
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
/// Evaluations a step: 1. Noise: 1 draw.
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
        stage out = evaluate(level);
        out.draws = 1;
        out.tunes = true;
        out.measured = {symbol::grad_log_q(level), symbol::z};
        out.parameters = {snr, scale};
        return out.write(0, symbol::x);
    }
};

}  // namespace diffgen::solver
