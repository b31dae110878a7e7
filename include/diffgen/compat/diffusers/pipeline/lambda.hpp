// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the families share whose solvers work in lambda = log(alpha / sigma).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/lambda_levels.hpp>
#include <diffgen/compat/diffusers/lambda_output.hpp>
#include <diffgen/compat/diffusers/pipeline/compose.hpp>
#include <diffgen/compat/diffusers/preconditioned_levels.hpp>
#include <diffgen/schedule/edm.hpp>

#include <algorithm>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail {

/// The solver on the levels of the call, behind the predictor of the configuration.
template <class Use, class Noise, class Net, class Solver>
auto compose_lambda(const composer<Use, Noise>& compose, const config& c, const arguments& a,
                    Net net, Solver solver, bool noise_prediction, bool thresholds) {
    const bool edm = preconditions(c);
    const at_levels grid =
        edm ? preconditioned_levels(c, a.steps())
            : lambda_levels(c, a.steps(), {a.timesteps, a.sigmas, a.shift_mu(c)});
    // any schedule that covers the grid, whose levels are its own
    double low = grid.values.front().sigma_over_alpha(), high = low;
    for (const noise_level& l : grid.values) {
        if (l.sigma > 0) low = std::min(low, l.sigma_over_alpha());
        high = std::max(high, l.sigma_over_alpha());
    }
    const schedule::edm schedule{low / 2, high * (1 + 1e-12)};
    const config_kernel kernel(c);
    const double initial_sigma = edm ? std::hypot(*c.sigma_max, 1.) : 1;
    return thresholds
               ? compose(schedule, kernel, thresholding_lambda_predictor(c, noise_prediction, net),
                         solver, grid, initial_sigma)
               : compose(schedule, kernel, lambda_predictor(c, noise_prediction, net), solver, grid,
                         initial_sigma);
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail

#include <diffgen/core/with_macros.hpp>
