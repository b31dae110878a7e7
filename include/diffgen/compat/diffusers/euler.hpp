// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// EulerDiscreteScheduler and EulerAncestralDiscreteScheduler of diffusers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/churn.hpp>
#include <diffgen/compat/diffusers/exploding.hpp>
#include <diffgen/compat/k_diffusion.hpp>
#include <diffgen/solver/ddim.hpp>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// EulerDiscreteScheduler. Its churn is spread over all sigmas of its grid, of which 'log_linear'
/// has one that no call reaches.
struct euler : churned_euler<exploding_output> {
    explicit euler(const config& c, churn added = {}, const at_sigmas& grid = {})
        : churned_euler{{c.prediction_type},
                        added,
                        c.prediction_type == prediction_type::v_prediction,
                        static_cast<int>(grid.sigmas.size()) - 1} {}
};

/// EulerAncestralDiscreteScheduler: its noise is also drawn where the step ends at sigma = 0.
[[nodiscard]] inline draws_every_step<solver::ddim> euler_ancestral() {
    return draws_every_step{solver::ddim{1}};
}

namespace detail {

/// What a network of the class is told: of a velocity with 'timestep_type' continuous,
/// log(sigma) / 4, at all sigmas but the last.
[[nodiscard]] inline at_sigmas with_timestep_type(const config& c, at_sigmas grid) {
    if (c.timestep_type == timestep_type::continuous &&
        c.prediction_type == prediction_type::v_prediction) {
        grid.timesteps.clear();
        for (std::size_t i = 0; i + 1 < grid.sigmas.size(); ++i)
            grid.timesteps.push_back(0.25 * std::log(grid.sigmas[i]));
    }
    return grid;
}

}  // namespace detail

/// The grid of EulerDiscreteScheduler: n steps, or at the caller's timesteps.
[[nodiscard]] inline at_sigmas euler_grid(const config& c, int n) {
    return detail::with_timestep_type(c, sigma_grid(c, n));
}
[[nodiscard]] inline at_sigmas euler_grid(const config& c, const std::vector<double>& timesteps) {
    return detail::with_timestep_type(c, sigma_grid(c, timesteps));
}
/// The same at the caller's sigmas, of which the last is where the run ends; use_*_sigmas do not
/// count.
[[nodiscard]] inline at_sigmas euler_grid_of_sigmas(const config& c, std::vector<double> sigmas) {
    if (sigmas.size() < 2)
        throw bad_argument(diffgen::detail::text("diffgen: 'sigmas' has ", sigmas.size(),
                                                 " entries; a step needs two"));
    for (std::size_t i = 0; i < sigmas.size(); ++i) {
        const double least = i + 1 < sigmas.size() ? 1e-300 : 0;
        if (!(sigmas[i] >= least && std::isfinite(sigmas[i])))
            throw bad_argument(diffgen::detail::text("diffgen: 'sigmas' has ", sigmas[i],
                                                     " at index ", i,
                                                     "; they are positive, and the last can be 0"));
    }
    const sigma_table table(c);
    std::vector<double> timesteps;
    for (std::size_t i = 0; i + 1 < sigmas.size(); ++i)
        timesteps.push_back(table.timestep(sigmas[i]));
    const double initial = initial_sigma(c, sigmas);
    return detail::with_timestep_type(c, {std::move(timesteps), std::move(sigmas), initial});
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
