// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// HeunDiscreteScheduler of diffusers. A call of its step(), which is half a step of Heun's method,
// is a step here: grids have 2 n - 1 of them.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/exploding.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/solver/step.hpp>

#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// HeunDiscreteScheduler: even steps are Euler's, odd ones go back and repeat them with the mean of
/// both slopes; the last one is Euler's.
struct heun {
    static constexpr int registers = 3;  ///< the state, the first slope, the state before
    static constexpr int rows = 3;
    static constexpr int draws = 0;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] static stage plan(const step& s, int) {
        using namespace symbol;
        const noise_level& from = s.from();
        const linear_form slope = eps(from);
        stage out = evaluation_stage(from);
        if (s.remembered() % 2 == 0) {
            const double h = s.to().sigma - from.sigma;
            return out.write(0, x + h * slope).write(1, slope).write(2, x);
        }
        const double h = from.sigma - s.level(s.index - 1).sigma;
        return out.write(0, reg(2) + h * 0.5 * (reg(1) + slope));
    }
};

namespace detail {

/// All but the first of what a whole step has, twice.
[[nodiscard]] inline std::vector<double> repeated(const std::vector<double>& v, std::size_t count) {
    std::vector<double> twice{v.front()};
    for (std::size_t i = 1; i < count; ++i)
        twice.insert(twice.end(), 2, v[i]);
    return twice;
}

/// The grid of calls from that of whole steps: at_sigmas, or flow_sigmas.
template <class Grid>
[[nodiscard]] Grid heun_calls(Grid grid) {
    const std::size_t n = grid.timesteps.size();
    const double end = grid.sigmas.back();
    grid.timesteps = repeated(grid.timesteps, n);
    grid.sigmas = repeated(grid.sigmas, n);
    grid.sigmas.push_back(end);
    return grid;
}

}  // namespace detail

/// The grid of n steps, or at the caller's timesteps.
[[nodiscard]] inline at_sigmas heun_grid(const config& c, int n) {
    return detail::heun_calls(sigma_grid(c, n));
}
[[nodiscard]] inline at_sigmas heun_grid(const config& c, const std::vector<double>& timesteps) {
    return detail::heun_calls(sigma_grid(c, timesteps));
}

/// The predictor of a configuration, clipped where it says so.
template <class Net>
[[nodiscard]] auto heun_predictor(const config& c, Net net) {
    const double bound = c.clip_sample ? c.clip_sample_range : diffgen::detail::infinity;
    return clipped{exploding_predictor(c, std::move(net)), -bound, bound};
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
