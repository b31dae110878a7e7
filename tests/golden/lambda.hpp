// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the replays of the schedulers in lambda share.

#include <diffgen/compat/diffusers/lambda_levels.hpp>
#include <diffgen/compat/diffusers/lambda_output.hpp>
#include <diffgen/schedule/edm.hpp>

#include "diffusers.hpp"

namespace golden {

struct lambda_replay : diffusers_replay {
    using diffusers_replay::diffusers_replay;

    template <class Solver>
    double lambda(Solver solver, bool noise_prediction, bool thresholds) {
        diffusers::placement where;
        if (given("timesteps")) where.timesteps = call.get<numbers>("timesteps");
        if (given("sigmas")) where.sigmas = call.get<numbers>("sigmas");
        if (given("mu")) where.mu = call.get<double>("mu");
        const auto grid = diffusers::preconditions(config)
                              ? diffusers::preconditioned_levels(config, steps)
                              : diffusers::lambda_levels(config, steps, where);
        // any schedule: a grid of levels brings its own
        const double first = grid.values.front().ratio();
        const diffgen::schedule::edm schedule{first / 2, first * (1 + 1e-12)};
        const diffusers::config_kernel kernel(config);
        return thresholds
                   ? with(schedule, kernel,
                          diffusers::thresholding_lambda_predictor(config, noise_prediction, net()),
                          solver, grid)
                   : with(schedule, kernel,
                          diffusers::lambda_predictor(config, noise_prediction, net()), solver,
                          grid);
    }
};

}  // namespace golden
