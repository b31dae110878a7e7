// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// CMStochasticIterativeScheduler of diffusers: multistep sampling of consistency models (Song et
// al. 2023, algorithm 1).

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/sigmas.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::compat::diffusers {

/// What a consistency model outputs: EDM's preconditioned network, whose estimate at sigma_min is
/// its input (Song et al. 2023, appendix C).
struct consistency_output {
    static constexpr const char* name = "diffusers' consistency model";
    static constexpr bool scales_input = true;
    double sigma_data = 0.5, sigma_min = 0.002;

    [[nodiscard]] conversion to_denoised(const noise_level& l) const {
        const double d2 = product(sigma_data, sigma_data), above = l.t - sigma_min;
        const double norm = std::sqrt(product(l.t, l.t) + d2);
        return {1 / norm, d2 / (product(above, above) + d2), above * sigma_data / norm};
    }
};

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

    [[nodiscard]] std::vector<noise_level> levels(const any_process& p, int /*steps*/) const {
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
    return clipped{predicts(consistency_output{c.sigma_data, *c.sigma_min}, std::move(net),
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
        const double sigma = std::clamp(s.to().t, sigma_min, sigma_max);
        stage out = evaluate(s.from());
        out.draws = s.count() > 1 ? 1 : 0;
        const double added = std::sqrt(product(sigma, sigma) - product(sigma_min, sigma_min));
        return out.write(0, symbol::D + s_noise * added * symbol::z);
    }
};

}  // namespace diffgen::compat::diffusers
