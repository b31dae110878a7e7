// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The spacings of integer timesteps in use over a discrete schedule of T entries (Lin et al. 2024,
// table 2): leading, trailing, linspace. All end at the clean end. In exact integer arithmetic.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/process/process_view.hpp>

#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

namespace detail {

/// a / b rounded to the nearest integer, halves to the even one. a >= 0, b > 0.
[[nodiscard]] inline long long rounded_quotient(long long a, long long b) {
    const long long q = a / b, twice = 2 * (a % b);
    return q + (twice > b || (twice == b && q % 2 == 1) ? 1 : 0);
}

/// Levels at timestep(k, T), k = 0 .. n-1, then clean. Throws bad_argument where the schedule has
/// no steps, fewer than n, or not the timestep asked for.
template <class F>
std::vector<noise_level> by_timestep(const process_view& p, int n, const char* name, F timestep) {
    const int T = static_cast<int>(p.t_max()) + (p.discrete_steps() > 0 ? 1 : 0);
    if (p.discrete_steps() == 0)
        throw bad_argument(
            diffgen::detail::text("diffgen: the grid ", name,
                                  " needs a schedule of discrete steps (betas, sigmas); "
                                  "on a continuous one use grid::uniform"));
    if (n > T)
        throw bad_argument(diffgen::detail::text("diffgen: the grid ", name, " cannot place ", n,
                                                 " steps on a schedule of ", T,
                                                 "; at most as many"));
    std::vector<noise_level> levels;
    levels.reserve(static_cast<std::size_t>(n) + 1);
    for (int k = 0; k < n; ++k) {
        const long long t = timestep(k, T);
        if (t < 0 || t >= T)
            throw bad_argument(diffgen::detail::text("diffgen: the grid ", name, " asks for step ",
                                                     t, " of a schedule of ", T, ", whose last is ",
                                                     T - 1));
        levels.push_back(p.level(static_cast<double>(t)));
    }
    levels.push_back(p.clean());
    return levels;
}

}  // namespace detail

/// T-1 first, the step rounded from T - k T / n: n of them, always.
struct trailing {
    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        return detail::by_timestep(p, n, "trailing", [n](int k, int T) {
            return detail::rounded_quotient(static_cast<long long>(T) * (n - k), n) - 1;
        });
    }
};

/// Multiples of T / n (whole division), plus an offset; the noisiest levels are left out.
struct leading {
    int offset = 0;

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        return detail::by_timestep(p, n, "leading", [n, o = offset](int k, int T) {
            return static_cast<long long>(T / n) * (n - 1 - k) + o;
        });
    }
};

/// From T-1 to 0, both included; n = 1 is T-1.
struct linspace {
    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        return detail::by_timestep(p, n, "linspace", [n](int k, int T) -> long long {
            if (n == 1) return T - 1;
            return detail::rounded_quotient(static_cast<long long>(T - 1) * (n - 1 - k), n - 1);
        });
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>
