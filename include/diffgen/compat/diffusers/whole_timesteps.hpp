// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The whole timesteps of the solvers of diffusers that work in lambda.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/sigmas.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/core/lanes/scalar.hpp>

#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail {

/// The whole part of a timestep; what misses a whole number by a rounding is that number.
inline double truncated(double t) {
    return std::floor(t + 1e-9);
}

/// n whole timesteps of n + 1, the cleanest left out; none noisier than 'lambda_min_clipped'.
/// `trailing` can have more than n. Throws bad_argument.
inline std::vector<double> whole_timesteps(const config& c, const sigma_table& table, int n) {
    int last = c.num_train_timesteps;
    while (last > 0 && -std::log(table.at(last - 1)) < c.lambda_min_clipped)
        --last;
    if (last < 1)
        throw bad_argument(diffgen::detail::text(
            "diffgen: 'lambda_min_clipped' = ", c.lambda_min_clipped, " leaves no timestep"));
    const bool spaced = c.scheduler != scheduler::dpm_solver_singlestep;
    std::vector<double> t;
    if (spaced && c.timestep_spacing == timestep_spacing::leading) {
        const int whole = last / (n + 1);
        for (int i = n; i > 0; --i)
            t.push_back(i * whole + c.steps_offset);
    } else if (spaced && c.timestep_spacing == timestep_spacing::trailing) {
        const double step = -static_cast<double>(c.num_train_timesteps) / n;
        const double difference = (last + step) - last;
        const int count = static_cast<int>(std::ceil(-last / step));
        for (int i = 0; i < count; ++i)
            t.push_back(rounded(last + product(static_cast<double>(i), difference)) - 1);
    } else {
        const double step = static_cast<double>(last - 1) / n;
        for (int i = n; i > 0; --i)
            t.push_back(i == n ? last - 1 : rounded(i * step));
    }
    return t;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail

#include <diffgen/core/with_macros.hpp>
