// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a discrete run goes through: the kinds of orders, and the moments of its steps.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/discrete/corruption.hpp>
#include <diffgen/discrete/distribution.hpp>
#include <diffgen/discrete/options.hpp>
#include <diffgen/discrete/orders.hpp>
#include <diffgen/discrete/predicts.hpp>
#include <diffgen/discrete/step.hpp>
#include <diffgen/discrete/total_noise.hpp>
#include <diffgen/noise/stream.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete::detail {

/// An order that weighs the levels of each element.
template <class Order, class Corruption, class Schedule>
concept element_rule = requires(const Order& o, const Corruption& c, const Schedule& s,
                                std::span<double> row) {
    o.weigh(step_between(c, s, moment{}, moment{}), 0, row);
};
/// An order that shows some masked elements in each step.
template <class Order>
concept showing_order = requires(const Order& o, const candidate& c) {
    o.priority(c);
    o.elements_a_step;
    Order::needs_answers;
};
template <class Order>
inline constexpr bool needs_rates = requires {
    Order::needs_rates;
};

inline void require_time(double t) {
    diffgen::detail::require(t > 0 && t <= 1, "a run from t = ", t, "; must be in (0, 1]");
}
inline void require_times(const std::vector<double>& times, double t) {
    diffgen::detail::require(times.size() >= 2 && times.front() == t && times.back() == 0,
                             times.size(), " times from ", times.empty() ? 0. : times.front(),
                             " to ", times.empty() ? 0. : times.back(), " for a run from ", t,
                             "; they go from there to 0");
    for (std::size_t k = 1; k < times.size(); ++k)
        diffgen::detail::require(times[k] < times[k - 1], "time ", k, " is ", times[k], " after ",
                                 times[k - 1], "; they must fall");
}

/// Calls f(first, last) for stretches of the elements 0 .. n - 1.
template <class Exec, class F>
void for_each_tile(const Exec& e, std::size_t n, const F& f) {
    constexpr std::size_t tile = 256;
    e.for_each((n + tile - 1) / tile,
               [&](std::size_t i) { f(i * tile, std::min(n, (i + 1) * tile)); });
}

/// Draws every element of v anew, by the weights that weigh(flat number, row) gives its levels.
template <class Exec, class View, class Source, class Weigh>
void draw_levels(const Exec& e, const View& v, const Source& source, noise::stream stream,
                 std::uint64_t first_sample, std::size_t states, const Weigh& weigh) {
    for_each_tile(e, v.size(), [&](std::size_t first, std::size_t last) {
        std::vector<double> row(states);
        for (std::size_t i = first; i < last; ++i) {
            weigh(i, std::span<double>(row));
            const double u =
                source.template uniform<double>(stream, 0, first_sample * v.elements + i);
            v.data[i] = static_cast<typename View::value_type>(first_reaching(row, u));
        }
    });
}

template <class Level>
[[nodiscard]] std::size_t masked_of(const Level* x, std::size_t elements, int mask) {
    return static_cast<std::size_t>(
        std::count_if(x, x + elements, [mask](Level v) { return static_cast<int>(v) == mask; }));
}

/// Equidistant times from t to 0, or those of the options.
template <class Schedule>
[[nodiscard]] std::vector<double> times_of(const Schedule& schedule, double t, const options& o) {
    require_time(t);
    if (!o.times.empty()) {
        require_times(o.times, t);
        return o.times;
    }
    diffgen::detail::require(o.steps >= 1, o.steps, " steps; a run has at least one");
    std::vector<double> all;
    for (int k = 0; k <= o.steps; ++k) {
        double at = t * (o.steps - k) / o.steps;
        if constexpr (requires { schedule.nearest(at); }) at = schedule.nearest(at);
        if (all.empty() || at < all.back()) all.push_back(at);
    }
    return all;
}

/// Throws bad_argument where a part that needs something of the data to be left finds nothing.
template <class Part>
void require_noise_for(const moment& first) {
    if constexpr (requires { Part::needs_finite_noise; })
        diffgen::detail::require(std::isfinite(first.total), Part::name, " from a total noise of ",
                                 first.total,
                                 "; it needs a finite one: let the schedule keep a little, or "
                                 "begin later");
}

/// The moments of a run from t, the last of which is the clean end. most: the largest number of
/// masked elements of a sample. An order by elements a step takes as many steps as these need, at
/// the times of so many masks.
template <class Prediction, class Schedule, class Order>
[[nodiscard]] std::vector<moment> moments_of(const Schedule& schedule, const Order& order, double t,
                                             const options& o, std::size_t elements,
                                             std::size_t most) {
    std::vector<double> at = times_of(schedule, t, o);
    if constexpr (showing_order<Order>)
        if (order.elements_a_step > 0) {
            const auto each = static_cast<std::size_t>(order.elements_a_step);
            at.clear();
            for (std::size_t left = most; left > 0; left -= std::min(left, each))
                at.push_back(static_cast<double>(left) / static_cast<double>(elements));
            at.push_back(0);
        }
    std::vector<moment> all;
    for (std::size_t k = 0; k + 1 < at.size(); ++k)
        all.push_back(moment_at(schedule, at[k]));
    all.push_back({});
    require_noise_for<Order>(all.front());
    require_noise_for<Prediction>(all.front());
    return all;
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete::detail

#include <diffgen/core/with_macros.hpp>
