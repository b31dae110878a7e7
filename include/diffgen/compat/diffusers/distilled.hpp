// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The samplers of distilled models in diffusers: LCMScheduler (Luo et al. 2023) and TCDScheduler
// (Zheng et al. 2024).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/config_checks.hpp>
#include <diffgen/compat/diffusers/estimate.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/core/consistency.hpp>
#include <diffgen/solver/consistency.hpp>
#include <diffgen/solver/flow_map.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// n of the timesteps of the distillation, falling: of LCMScheduler and TCDScheduler.
/// Throws bad_argument where there are fewer.
[[nodiscard]] inline std::vector<int> distilled_timesteps(const config& c, int n,
                                                          double strength = 1) {
    const int T = c.num_train_timesteps, original = c.original_inference_steps;
    if (original > T || original < 0 || (original == 0 && c.scheduler != scheduler::tcd))
        throw bad_argument(diffgen::detail::text("diffgen: 'original_inference_steps' is ",
                                                 original, " of ", T, " 'num_train_timesteps'"));
    const int stride = original > 0 ? T / original : 1;
    const int count = static_cast<int>((original > 0 ? original : T) * strength);
    if (n < 1 || n > count)
        throw bad_argument(diffgen::detail::text("diffgen: 'num_inference_steps' is ", n,
                                                 " of the ", count,
                                                 " timesteps that 'original_inference_steps' and "
                                                 "'strength' leave"));
    const double step = static_cast<double>(count) / n;
    std::vector<int> t;
    for (int i = 0; i < n; ++i)
        t.push_back((count - static_cast<int>(i * step)) * stride - 1);
    return t;
}

/// LCMScheduler: the estimate, noised to the next timestep. Noise: 1 draw but in the last step.
struct lcm {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    double timestep_scaling = 10;
    bool set_alpha_to_one = true;
    int counted = 0;  ///< steps that the scheduler counts; 0: those of the run

    explicit lcm(const config& c, int steps = 0)
        : timestep_scaling(c.timestep_scaling),
          set_alpha_to_one(c.set_alpha_to_one),
          counted(steps) {}

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level& from = s.from();
        const boundary b = latent_boundary(from.t, timestep_scaling);
        const linear_form data = b.out * D + b.skip * x;
        stage out = evaluation_stage(from);
        if (s.index + 1 == (counted > 0 ? counted : s.count())) return out.write(0, data);
        const double next = s.index + 1 == s.count() ? from.t : s.to().t;
        const noise_level to = level_or_end(s.process, static_cast<int>(next), set_alpha_to_one);
        out.draws = 1;
        return out.write(0, solver::renoised(to, data));
    }
};

/// TCDScheduler: DDIM to a timestep below the next one, then noise up to that. Its predictor is
/// predicts(output, net): nothing is clipped. Noise: 1 draw where eta > 0 but in the last step.
struct tcd {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    model_output output{};
    bool set_alpha_to_one = true;
    double eta = 0.3;  ///< the part of the next timestep that is noise
    int counted = 0;   ///< as in lcm

    /// Throws bad_argument unless 0 <= eta <= 1.
    explicit tcd(const config& c, double e = 0.3, int steps = 0)
        : output{c.prediction_type, false},
          set_alpha_to_one(c.set_alpha_to_one),
          eta(e),
          counted(steps) {
        detail::require_range(e >= 0 && e <= 1, "eta", e, "between 0 and 1");
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        const noise_level& from = s.from();
        const bool last = s.index + 1 == (counted > 0 ? counted : s.count());
        const int next = s.index + 1 == s.count() ? 0 : static_cast<int>(s.to().t);
        const noise_level below =
            indexed_level(s.process, static_cast<int>(std::floor((1 - eta) * next)));
        const bool noisy = eta > 0 && !last;
        const noise_level to = noisy ? level_or_end(s.process, next, set_alpha_to_one) : below;
        stage out = solver::flow_then_noise(from, below, to, output.noise(from));
        out.draws = noisy ? 1 : 0;
        return out;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
