// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// CMStochasticIterativeScheduler of diffusers: multistep sampling of consistency models (Song et
// al. 2023, algorithm 1).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/sigmas.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/core/consistency.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/solver/consistency.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// 250 log sigma.
struct consistency_time {
    [[nodiscard]] double operator()(const noise_level& l) const {
        return 250 * std::log(l.t + 1e-44);
    }
};

/// The levels of CMStochasticIterativeScheduler on schedule::edm, whose time is sigma.
struct consistency_sigmas {
    static constexpr bool may_rise = true;  ///< the last two can be equal
    std::vector<double> values;

    /// At falling timesteps below T, which count from the noisiest level. Throws bad_argument.
    consistency_sigmas(const config& c, const std::vector<int>& timesteps) {
        const int T = c.num_train_timesteps;
        const auto all = karras_sigmas(*c.sigma_max, *c.sigma_min, T, c.rho);
        for (auto t = timesteps.rbegin(); t != timesteps.rend(); ++t) {
            if (*t < 0 || *t >= T || (t != timesteps.rbegin() && *t <= *(t - 1)))
                throw bad_argument(diffgen::detail::text("diffgen: timestep ", *t, " of ", T,
                                                         "; they must fall and lie in range"));
            values.push_back(all[static_cast<std::size_t>(*t)]);
        }
        values.push_back(*c.sigma_min);
    }
    /// At n of them, T / n (whole division) apart.
    consistency_sigmas(const config& c, int n) : consistency_sigmas(c, every(stride_of(c, n), n)) {}

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int /*steps*/) const {
        std::vector<noise_level> l;
        for (const double sigma : values)
            l.push_back(p.level(std::min(sigma, p.t_max())));
        return l;
    }

  private:
    [[nodiscard]] static std::vector<int> every(int stride, int n) {
        std::vector<int> t;
        for (int i = n - 1; i >= 0; --i)
            t.push_back(i * stride);
        return t;
    }
};

/// The predictor of CMStochasticIterativeScheduler.
template <class Net>
[[nodiscard]] auto consistency_predictor(const config& c, Net net) {
    const double bound = c.clip_denoised ? 1. : diffgen::detail::infinity;
    return clipped{predicts(consistency_preconditioned{c.sigma_data, *c.sigma_min}, std::move(net),
                            consistency_time{}),
                   -bound, bound};
}

/// CMStochasticIterativeScheduler on kernel::variance_exploding: the estimate, noised to the next
/// level. Noise: 1 draw a step, also in the last, unless there is only one step.
struct cm_stochastic_iterative {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    double s_noise = 1;
    double sigma_min = 0.002, sigma_max = 80;

    explicit cm_stochastic_iterative(const config& c)
        : s_noise(c.s_noise), sigma_min(*c.sigma_min), sigma_max(*c.sigma_max) {}

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        noise_level to = s.to();
        to.sigma = std::clamp(to.t, sigma_min, sigma_max);
        stage out = evaluation_stage(s.from());
        out.draws = s.count() > 1 ? 1 : 0;
        return out.write(0, solver::renoised(to, symbol::D, sigma_min, s_noise));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
