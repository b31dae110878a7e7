// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The timesteps of diffusers, rounded as numpy rounds, and the grid that they make.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/process/process_view.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

namespace detail {

/// A double to the nearest integer, halves to the even one.
inline int rounded(double x) {
    const double floor = std::floor(x), rest = x - floor;
    const bool up = rest > 0.5 || (rest == 0.5 && std::fmod(floor, 2.) != 0);
    return static_cast<int>(floor) + (up ? 1 : 0);
}

}  // namespace detail

/// T / n, whole division. Throws bad_argument unless 1 <= n <= T.
[[nodiscard]] inline int stride_of(const config& c, int n) {
    const int T = c.num_train_timesteps;
    if (n < 1 || n > T)
        throw bad_argument(diffgen::detail::text("diffgen: 'num_inference_steps' is ", n, " of ", T,
                                                 " 'num_train_timesteps'"));
    return T / n;
}

/// The timesteps of n steps, falling; those of linspace are fractions. `trailing` can have one more
/// than n, the last of them -1: its length and its entries are those of a range of doubles.
/// Throws bad_argument.
[[nodiscard]] inline std::vector<double> spaced_times(const config& c, int n) {
    if (n < 1 || c.timestep_spacing == timestep_spacing::leading)
        (void)stride_of(c, n);  // more steps would all be at the same timestep
    const int T = c.num_train_timesteps, stride = T / n;
    std::vector<double> t;
    if (c.timestep_spacing == timestep_spacing::trailing) {
        const double step = -static_cast<double>(T) / n, second = T + step;
        const int count = static_cast<int>(std::ceil(-T / step));
        for (int i = 0; i < count; ++i)
            t.push_back(detail::rounded(T + product(static_cast<double>(i), second - T)) - 1);
    } else if (c.timestep_spacing == timestep_spacing::linspace) {
        const double step = n > 1 ? static_cast<double>(T - 1) / (n - 1) : 0.;
        for (int i = n - 1; i >= 0; --i)
            t.push_back(i > 0 && i == n - 1 ? T - 1 : i * step);
    } else {
        for (int i = n - 1; i >= 0; --i)
            t.push_back(i * stride + c.steps_offset);
    }
    return t;
}

/// The same, rounded. Throws bad_argument unless 1 <= n <= T, and where 'steps_offset' leads out of
/// the table.
[[nodiscard]] inline std::vector<int> spaced_timesteps(const config& c, int n) {
    (void)stride_of(c, n);
    std::vector<int> t;
    for (const double each : spaced_times(c, n))
        t.push_back(detail::rounded(each));
    if (t.front() >= c.num_train_timesteps)
        throw bad_argument(diffgen::detail::text(
            "diffgen: 'num_inference_steps' = ", n, " with 'steps_offset' = ", c.steps_offset,
            " begins at timestep ", t.front(), " of ", c.num_train_timesteps,
            " 'num_train_timesteps', counted from 0"));
    return t;
}

/// The level of a timestep that indexes the table as Python does: -1 is the last entry. The level's
/// time, and so what the network is told, stays the timestep.
[[nodiscard]] inline noise_level indexed_level(const process_view& p, int timestep) {
    noise_level l = p.level(timestep < 0 ? p.discrete_steps() + timestep : timestep);
    l.t = timestep;
    return l;
}

/// The level of a timestep where one below 0 stands for the data: without noise, or as noisy as
/// timestep 0.
[[nodiscard]] inline noise_level level_or_end(const process_view& p, int timestep,
                                              bool set_alpha_to_one) {
    if (timestep >= 0) return p.level(timestep);
    return set_alpha_to_one ? p.clean() : p.level(0);
}

/// A network is evaluated at each of these timesteps; after the last, the run is over. Where a step
/// leads is the solver's rule, so that the closing level is never read.
struct at_timesteps {
    static constexpr bool may_rise = true;  ///< trailing timesteps can end with the noisiest
    std::vector<int> values;

    explicit at_timesteps(std::vector<int> t) : values(std::move(t)) {}

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int /*steps*/) const {
        std::vector<noise_level> l;
        for (const int t : values)
            l.push_back(indexed_level(p, t));
        l.push_back(p.clean());
        return l;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
