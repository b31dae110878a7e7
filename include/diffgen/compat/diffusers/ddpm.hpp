// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// DDPMScheduler of diffusers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The posterior between a timestep and the next of the grid, with the variance of at least 1e-20
/// that this makes also where the step ends at the data. Noise: 1 draw but at timesteps <= 0.
/// Learned variances need a predictor with learned_variance.
struct ddpm {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    diffusers::variance_type variance = variance_type::fixed_small;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        return between(s.from(), s.to().t < 0 ? s.process.clean() : s.to());
    }

  protected:
    [[nodiscard]] stage between(const noise_level& from, const noise_level& to) const {
        using namespace symbol;
        const posterior_kernel q = reverse_transition(from, to);
        const double smallest = std::max(q.variance, 1e-20);
        const double largest = transition(from, to).variance;
        const linear_form mean = q.state * x + q.data * D;
        stage out = evaluation_stage(from);
        if (!(from.t > 0)) return out.write(0, mean);
        out.draws = 1;
        switch (variance) {
            case variance_type::fixed_small:
            case variance_type::fixed_small_log:
                return out.write(0, mean + std::sqrt(smallest) * z);
            case variance_type::fixed_large:
                return out.write(0, mean + std::sqrt(largest) * z);
            case variance_type::learned:
                out.noise_scale = {0, 0};
                break;
            case variance_type::learned_range:
                // log variance = largest^f smallest^(1 - f) with f = (v + 1) / 2
                out.noise_scale = {0.25 * (std::log(largest) + std::log(smallest)),
                                   0.25 * (std::log(largest) - std::log(smallest))};
                break;
        }
        return out.write(0, mean + z);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
