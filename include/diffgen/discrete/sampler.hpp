// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The composition for data of finitely many levels: corruption x schedule x predictor x order.
//
//     discrete::sampler s{discrete::absorbing{18, 17}, discrete::log_linear{},
//                         discrete::predicts(discrete::clean{}, net), discrete::by_confidence{}};
//     s.generate(exec::omp, batch(x, 64), {.steps = 20, .seed = 7});

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/discrete/betas.hpp>
#include <diffgen/discrete/corruption.hpp>
#include <diffgen/discrete/options.hpp>
#include <diffgen/discrete/orders.hpp>
#include <diffgen/discrete/predicts.hpp>
#include <diffgen/discrete/run.hpp>
#include <diffgen/discrete/steps.hpp>
#include <diffgen/discrete/total_noise.hpp>
#include <diffgen/exec/cohort.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/noise/source.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

/// Everything that generates levels, but the memory. x: any state with state_traits, of float,
/// double or small whole numbers, `samples` x `elements` levels from 0 to states - 1.
template <class Corruption, class Schedule, class Predictor, class Order = ancestral,
          class Noise = noise::philox>
class sampler {
    static_assert(
        requires(const Corruption& c) { stationary(c); },
        "diffgen: the 1st part of a discrete sampler is a corruption: uniform, absorbing, "
        "discretised_gaussian, rate_matrix, or {int states, double noise(int)}");
    static_assert(noise_schedule<Schedule>,
                  "diffgen: the 2nd part of a discrete sampler is a schedule of the total noise: "
                  "double total(double t) const, double rate(double t) const");
    static_assert(
        requires(const Corruption& c, const Schedule& s) { step_between(c, s, {}, {}); },
        "diffgen: this corruption has no steps under this schedule; a discretised Gaussian "
        "needs discrete_time{betas}");
    static_assert(
        requires {
            typename Predictor::output_type;
            typename Predictor::number_type;
        },
        "diffgen: the 3rd part of a discrete sampler is a predictor: a common mistake is "
        "to pass the network itself instead of predicts(clean{}, network)");
    static_assert(detail::element_rule<Order, Corruption, Schedule> || detail::showing_order<Order>,
                  "diffgen: the 4th part of a discrete sampler is an order: ancestral, analytic, "
                  "tau_leaping, euler, flow_jumps, remasking, raster, random_order, by_confidence; "
                  "remasking needs the absorbing corruption, flow_jumps one that redraws");
    static_assert(!detail::showing_order<Order> || std::is_same_v<Corruption, absorbing>,
                  "diffgen: an order in which elements are shown needs the absorbing corruption");
    static_assert(!detail::needs_rates<Order> || !std::is_same_v<Corruption, discretised_gaussian>,
                  "diffgen: this order needs rates, and a discretised Gaussian has none; take "
                  "ancestral or a rate_matrix");

  public:
    Corruption corruption;
    Schedule schedule;
    Predictor predictor;
    Order order;
    Noise noise;

    sampler(Corruption c, Schedule s, Predictor p, Order o = {}, Noise n = {})
        : corruption(std::move(c)),
          schedule(std::move(s)),
          predictor(std::move(p)),
          order(std::move(o)),
          noise(std::move(n)) {
        check();
    }

    /// Throws bad_argument where a constant of a part makes no sense.
    void check() const {
        diffgen::detail::check(corruption);
        diffgen::detail::check(schedule);
        diffgen::detail::check(order);
        diffgen::detail::check(noise);
    }

    /// Fills x with samples, from the corruption's stationary distribution at t = 1. Throws
    /// bad_argument, bad_shape before x is written; non_finite, where the network's answers are no
    /// distribution, and whatever the network throws, in the course of the run.
    template <class Exec, class X>
    run_summary generate(const Exec& e, X&& x, const options& o = {}) {
        return from_prior(*this, e, view(e, x), o);
    }
    template <class Exec, class X>
    run_summary generate(const Exec& e, X&& x, const options& o = {}) const {
        return from_prior(*this, e, view(e, x), o);
    }

    /// The same from the state x that is given at time t: with known elements (those that a masked
    /// state shows stay), or the second half of a run.
    template <class Exec, class X>
    run_summary generate_from(const Exec& e, double t, X&& x, const options& o = {}) {
        return from_state(*this, e, t, view(e, x), o);
    }
    template <class Exec, class X>
    run_summary generate_from(const Exec& e, double t, X&& x, const options& o = {}) const {
        return from_state(*this, e, t, view(e, x), o);
    }

    /// Brings clean levels x to time t. Of the options, seed and first_sample count.
    template <class Exec, class X>
    void add_noise(const Exec& e, double t, X&& x, const options& o = {}) const {
        check();
        const auto v = view(e, x);
        detail::require_levels(v.data, v.size(), v.elements, corruption.states);
        detail::require_time(t);
        const auto step = step_between(corruption, schedule, moment_at(schedule, t), moment{});
        detail::draw_levels(e, v, seeded(o), noise::stream::forward, o.first_sample, states(),
                            [&](std::size_t i, std::span<double> row) {
                                for (std::size_t y = 0; y < row.size(); ++y)
                                    row[y] = step.forward(static_cast<int>(v.data[i]),
                                                          static_cast<int>(y));
                            });
    }

    /// Fills x with levels of the distribution that generate(e, x, o) begins with.
    template <class Exec, class X>
    void draw_prior(const Exec& e, X&& x, const options& o = {}) const {
        check();
        draw_prior_to(e, view(e, x), o);
    }

    /// The times that a run from time t goes through, from noise to data.
    [[nodiscard]] std::vector<double> times(double t = 1, const options& o = {}) const {
        return detail::times_of(schedule, t, o);
    }

  private:
    template <class Exec, class X>
    auto view(const Exec& e, X&& x) const {
        const auto v = detail::level_view(e, x, corruption.states);
        diffgen::detail::check_batch<space::host>(noise, v.samples, v.elements);
        return v;
    }
    [[nodiscard]] Noise seeded(const options& o) const { return exec::seeded(noise, o.seed); }
    [[nodiscard]] std::size_t states() const { return static_cast<std::size_t>(corruption.states); }

    template <class Exec, class View>
    void draw_prior_to(const Exec& e, const View& v, const options& o) const {
        const auto prior = stationary(corruption);
        detail::draw_levels(e, v, seeded(o), noise::stream::prior, o.first_sample, states(),
                            [&](std::size_t, std::span<double> row) {
                                std::copy(prior.begin(), prior.end(), row.begin());
                            });
    }

    /// The largest number of masked elements of a sample.
    template <class View>
    [[nodiscard]] std::size_t most_masked(const View& v) const {
        std::size_t most = 0;
        if constexpr (std::is_same_v<Corruption, absorbing>)
            for (std::size_t i = 0; i < v.samples; ++i)
                most = std::max(most, detail::masked_of(v.sample(i), v.elements, corruption.mask));
        return most;
    }

    // Self: this sampler, perhaps constant. A run is planned, and so checked, before x is written.
    template <class Self, class Exec, class View>
    static run_summary from_prior(Self& self, const Exec& e, const View& v, const options& o) {
        auto run = planned(self, v, 1, o, v.elements);
        self.draw_prior_to(e, v, o);
        return run(e, v, self.seeded(o));
    }
    template <class Self, class Exec, class View>
    static run_summary from_state(Self& self, const Exec& e, double t, const View& v,
                                  const options& o) {
        detail::require_levels(v.data, v.size(), v.elements, self.corruption.states);
        auto run = planned(self, v, t, o, self.most_masked(v));
        return run(e, v, self.seeded(o));
    }
    template <class Self, class View>
    [[nodiscard]] static auto planned(Self& self, const View& v, double t, const options& o,
                                      std::size_t most) {
        self.check();
        using run = detail::run<typename View::value_type, Self>;
        return run(self,
                   detail::moments_of<typename Predictor::output_type>(self.schedule, self.order, t,
                                                                       o, v.elements, most),
                   o);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>
