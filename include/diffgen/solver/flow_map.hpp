// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sampling with a flow map, a network that is told where to go and leads there along the
// probability flow at once (Kim et al. 2023, CTM; Zheng et al. 2024, TCD; Geng et al. 2025,
// MeanFlow). It finds the time to go to in level.target_time. What it says of the data is
//     x_s = alpha_s D + sigma_s eps,   eps = (x_t - alpha_t D) / sigma_t,
// so that an average velocity is the prediction `flow`, and CTM's g and TCD's eps are `denoised`
// and `epsilon`. A network without a target will do, too: the step is then DDIM's.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// The flow map to level `below`, then the forward process up to `to`. `noise` is eps.
[[nodiscard]] inline stage flow_then_noise(const noise_level& from, const noise_level& below,
                                           const noise_level& to, linear_form noise) {
    stage out = evaluation_stage(from).towards(below);
    const linear_form mapped = symbol::state_at(below, noise);
    if (!(to.log_snr < below.log_snr)) return out.write(0, mapped);
    const transition_kernel up = transition(to, below);
    out.draws = 1;
    return out.write(0, up.scale * mapped + std::sqrt(up.variance) * symbol::z);
}

namespace detail {

inline void check_gamma(const char* name, double gamma) {
    diffgen::detail::require(gamma >= 0 && gamma <= 1, name, " with gamma = ", gamma,
                             "; must be 0 (no fresh noise) to 1 (none but fresh noise)");
}

}  // namespace detail

/// From level to level along the flow map. Evaluations a step: 1. Noise: none. With a local
/// predictor it is DDIM, of order 1.
struct flow_map {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 0;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] static stage plan(const step& s, int) {
        return flow_then_noise(s.from(), s.to(), s.to(), symbol::eps(s.from()));
    }
};

/// Strategic stochastic sampling (Zheng et al. 2024, section 4.2): to the time (1 - gamma) t, then
/// noise up to t. gamma = 0 is flow_map, gamma = 1 consistency.
/// Evaluations a step: 1. Noise: 1 draw where gamma > 0, none on the step to the clean end.
struct tcd {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    double gamma = 0.3;

    void check() const { detail::check_gamma("tcd", gamma); }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        return flow_then_noise(s.from(), below(s), s.to(), symbol::eps(s.from()));
    }

  private:
    [[nodiscard]] noise_level below(const step& s) const {
        const noise_level &to = s.to(), clean = s.process.clean();
        if (to.is_clean() || !(gamma > 0)) return to;
        return gamma < 1 ? s.process.level(to.t - product(gamma, to.t - clean.t)) : clean;
    }
};

/// The gamma-sampling of CTM (Kim et al. 2023): to sqrt(1 - gamma^2) r, r = sigma / alpha, then
/// noise up to r, gamma r of it. gamma = 0 is flow_map, gamma = 1 consistency.
/// Evaluations a step: 1. Noise: 1 draw where gamma > 0, none on the step to the clean end.
struct ctm {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    double gamma = 0.5;

    void check() const { detail::check_gamma("ctm", gamma); }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        return flow_then_noise(s.from(), below(s), s.to(), symbol::eps(s.from()));
    }

  private:
    [[nodiscard]] noise_level below(const step& s) const {
        const noise_level& to = s.to();
        if (to.is_clean() || !(gamma > 0)) return to;
        return gamma < 1 ? s.process.level_of_log_snr(to.log_snr - std::log1p(-gamma * gamma))
                         : s.process.clean();
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
