// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The variational bound of the steps that a discrete sampler takes: of any corruption and rule.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/density/kind.hpp>
#include <diffgen/discrete/distribution.hpp>
#include <diffgen/discrete/likelihood.hpp>
#include <diffgen/discrete/options.hpp>
#include <diffgen/discrete/passes.hpp>
#include <diffgen/discrete/predicts.hpp>
#include <diffgen/discrete/run.hpp>
#include <diffgen/discrete/steps.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/noise/stream.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

namespace detail {

/// The divergence of a rule's step from the posterior of the datum, for an element that shows x; at
/// the clean end -log p(x_0). Infinite where the rule excludes what the posterior allows; NaN where
/// the network's answers are no distribution.
template <class Prediction, class Rule, class Step, class Number>
[[nodiscard]] double step_divergence(const Rule& rule, const Step& s, int x0, int x,
                                     const Number* answers) {
    const auto states = static_cast<std::size_t>(s.states());
    std::vector<double> model(states), truth(states);
    truth[static_cast<std::size_t>(x0)] = 1;
    s.at_to(truth);
    for (std::size_t y = 0; y < states; ++y)
        truth[y] *= s.change(static_cast<int>(y), x);
    if (s.is_clean(x)) return 0;  // both stay
    if (!exponentials(answers, model)) return std::numeric_limits<double>::quiet_NaN();
    Prediction::to_origins(s, x, model);
    s.exclude_noise(model);
    rule.weigh(s, x, model);
    if (!is_distribution(model)) return std::numeric_limits<double>::quiet_NaN();
    for (double& w : model)
        w = std::max(w, 0.);
    return divergence(normalised(std::move(truth)), normalised(std::move(model)));
}

}  // namespace detail

/// A lower bound in nats of the log probability that `steps` equidistant steps of the sampler give
/// every sample of x (Austin et al. 2021, eq. 1): minus the term of the prior, and minus the
/// divergence of the rule's step from the posterior, in a step that is drawn evenly over the draws,
/// times the number of steps. `draws` evaluations of the whole batch. Throws bad_argument,
/// bad_shape, non_finite.
template <class Sampler, class X>
[[nodiscard]] density::log_densities<density::lower_bound> step_bound(Sampler& sampler, const X& x,
                                                                      int steps,
                                                                      const bound_options& o = {}) {
    using order = decltype(Sampler::order);
    using predictor = decltype(Sampler::predictor);
    using number = typename predictor::number_type;
    static_assert(
        detail::element_rule<order, decltype(Sampler::corruption), decltype(Sampler::schedule)> &&
            !requires { order::changes_clean; },
        "diffgen: the bound of steps needs a rule that weighs the levels of an element and "
        "leaves clean ones alone; take sequential_log_probability or masked_bound");
    sampler.check();
    diffgen::detail::require(o.draws >= 1, o.draws, " draws for a bound; it needs at least one");
    const auto v = detail::levels_to_read(x);
    const int states = sampler.corruption.states;
    detail::require_levels(v.data, v.size(), v.elements, states);
    const std::vector<double> times = sampler.times(1, {.steps = steps});
    const auto taken = static_cast<double>(times.size() - 1);
    const auto moment_of = [&](std::size_t k) {
        return k + 1 == times.size() ? moment{} : moment_at(sampler.schedule, times[k]);
    };
    const auto step_of = [&](std::size_t k) {
        return step_between(sampler.corruption, sampler.schedule, moment_of(k), moment_of(k + 1));
    };
    const noise::philox random{o.seed};
    std::vector<int> seen(v.size());
    std::vector<number> answers(v.size() * static_cast<std::size_t>(states));
    std::vector<double> sum(v.samples), squares(v.samples), row(static_cast<std::size_t>(states));
    for (int draw = 0; draw < o.draws; ++draw) {
        const auto number_of = static_cast<std::uint32_t>(draw);
        const double part =
            (draw + random.uniform<double>(noise::stream::times, number_of, 0)) / o.draws;
        const auto k = std::min(times.size() - 2, static_cast<std::size_t>(part * taken));
        const auto step = step_of(k);
        for (std::size_t i = 0; i < v.size(); ++i) {
            for (int y = 0; y < states; ++y)
                row[static_cast<std::size_t>(y)] = step.forward(static_cast<int>(v.data[i]), y);
            seen[i] = static_cast<int>(
                first_reaching(row, random.uniform<double>(noise::stream::forward, number_of,
                                                           o.first_sample * v.elements + i)));
        }
        sampler.predictor.net(
            batch_view<const int>(seen.data(), v.samples, v.elements),
            batch_view<number>(answers.data(), v.samples, answers.size() / v.samples), step.from());
        for (std::size_t i = 0; i < v.samples; ++i) {
            double loss = 0;
            for (std::size_t flat = i * v.elements; flat < (i + 1) * v.elements; ++flat) {
                const auto* own = answers.data() + flat * static_cast<std::size_t>(states);
                const int x0 = static_cast<int>(v.data[flat]);
                if constexpr (requires { order::ends_ancestral; })
                    loss += step.to().kept == 1
                                ? detail::step_divergence<typename predictor::output_type>(
                                      ancestral{}, step, x0, seen[flat], own)
                                : detail::step_divergence<typename predictor::output_type>(
                                      sampler.order, step, x0, seen[flat], own);
                else
                    loss += detail::step_divergence<typename predictor::output_type>(
                        sampler.order, step, x0, seen[flat], own);
            }
            if (std::isnan(loss))
                throw non_finite(diffgen::detail::text(
                    "diffgen: the network's answers for sample ", o.first_sample + i,
                    " at t = ", step.from().t, " are no distribution"));
            sum[i] += taken * loss;
            squares[i] += taken * loss * taken * loss;
        }
    }
    const auto prior = stationary(sampler.corruption);
    const auto first = step_of(0);
    density::log_densities<density::lower_bound> found;
    for (std::size_t i = 0; i < v.samples; ++i) {
        double from_prior = 0;
        for (std::size_t flat = i * v.elements; flat < (i + 1) * v.elements; ++flat) {
            for (int y = 0; y < states; ++y)
                row[static_cast<std::size_t>(y)] = first.forward(static_cast<int>(v.data[flat]), y);
            from_prior += divergence(row, prior);
        }
        const double n = o.draws, mean = sum[i] / n;
        found.values.push_back(-mean - from_prior);
        if (o.draws > 1)
            found.errors.push_back(std::sqrt(std::max(0., squares[i] / n - mean * mean) / (n - 1)));
    }
    return found;
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>
