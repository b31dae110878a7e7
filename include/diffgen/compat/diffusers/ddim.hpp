// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// DDIMScheduler and DDIMInverseScheduler of diffusers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/estimate.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// DDIM from timestep t to t - T / n (whole division), whatever timestep comes next, and with the
/// noise of the network's output beside the clipped estimate. Noise: 1 draw where eta > 0.
struct ddim {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    model_output output{};
    int stride = 1;                         ///< T / n
    bool set_alpha_to_one = true;           ///< below timestep 0 the data are noiseless
    double eta = 0;                         ///< factor on the posterior's deviation
    bool use_clipped_model_output = false;  ///< noise from the clipped estimate

    ddim(const config& c, int n, double e = 0, bool use_clipped = false)
        : output{c.prediction_type, false},
          stride(stride_of(c, n)),
          set_alpha_to_one(c.set_alpha_to_one),
          eta(e),
          use_clipped_model_output(use_clipped) {}

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level& from = s.from();
        const int t = static_cast<int>(from.t) - stride;
        const noise_level to = level_or_end(s.process, t, set_alpha_to_one);
        const double c2 = product(eta * eta, reverse_transition(from, to).variance);
        const linear_form noise = use_clipped_model_output ? eps(from) : output.noise(from);
        stage out = evaluation_stage(from);
        out.draws = eta > 0 ? 1 : 0;
        const double kept = std::sqrt(product(to.sigma, to.sigma) - c2);
        return out.write(0, to.alpha * D + kept * noise + std::sqrt(c2) * z);
    }
};

/// DDIM run backwards, from data to noise. The network is given timestep t while the state is at
/// t - T / n.
struct ddim_inverse {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 0;

    model_output output{};

    explicit ddim_inverse(const config& c) : output{c.prediction_type, false} {}

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level& from = s.from();
        const noise_level to = indexed_level(s.process, static_cast<int>(from.t));
        return evaluation_stage(from).write(0, to.alpha * D + to.sigma * output.noise(from));
    }
};

/// The grid of DDIMInverseScheduler: the rising timesteps, each with the level of the one before.
struct inverse_timesteps {
    static constexpr bool may_rise = true;
    std::vector<int> values;
    int stride;
    bool set_alpha_to_one;

    /// Throws compat::unsupported for linspace, which the scheduler has not.
    inverse_timesteps(const config& c, int n)
        : values(spaced_timesteps(c, n)),
          stride(stride_of(c, n)),
          set_alpha_to_one(c.set_alpha_to_one) {
        if (c.timestep_spacing == timestep_spacing::linspace)
            throw unsupported("diffgen: 'timestep_spacing' is 'linspace' in DDIMInverseScheduler");
        std::reverse(values.begin(), values.end());
    }

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int /*steps*/) const {
        std::vector<noise_level> l;
        for (const int t : values) {
            const int before = std::min(t - stride, p.discrete_steps() - 1);
            l.push_back(level_or_end(p, before, set_alpha_to_one));
            l.back().t = t;
        }
        l.push_back(indexed_level(p, values.back()));
        return l;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
