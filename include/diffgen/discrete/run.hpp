// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A run of a discrete sampler: its memory, its loop, what its observer sees.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/discrete/options.hpp>
#include <diffgen/discrete/orders.hpp>
#include <diffgen/discrete/passes.hpp>
#include <diffgen/discrete/plan.hpp>
#include <diffgen/discrete/predicts.hpp>
#include <diffgen/discrete/step.hpp>
#include <diffgen/discrete/steps.hpp>
#include <diffgen/observe/observer.hpp>
#include <diffgen/observe/run_summary.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete::detail {

template <class Level, class Sampler>
class run {
    using predictor_type = decltype(Sampler::predictor);
    using prediction = typename predictor_type::output_type;
    using number = typename predictor_type::number_type;
    using order_type = decltype(Sampler::order);

  public:
    run(Sampler& s, std::vector<moment> moments, const options& o)
        : sampler_(s), moments_(std::move(moments)), options_(o) {}

    template <class Exec, class Noise>
    run_summary operator()(const Exec& e, batch_view<Level> x, const Noise& noise) {
        x_ = x;
        answers_.resize(x.size() * static_cast<std::size_t>(sampler_.corruption.states));
        if constexpr (showing_order<order_type>)
            for (std::size_t i = 0; i < x.samples; ++i)
                masked_.push_back(masked_of(x.sample(i), x.elements, sampler_.corruption.mask));
        const observer& seen = options_.observe;
        run_summary done{0, 0, false};
        try {
            done.finished = go(e, noise, done);
        } catch (...) {
            if (seen.on_end) seen.on_end(done);
            throw;
        }
        if (seen.on_end) seen.on_end(done);
        return done;
    }

  private:
    template <class Exec, class Noise>
    bool go(const Exec& e, const Noise& noise, run_summary& done) {
        const observer& seen = options_.observe;
        const int steps = static_cast<int>(moments_.size()) - 1;
        if (seen.stop && seen.stop()) return false;
        for (int k = 0; k < steps; ++k) {
            const moment& from = moments_[static_cast<std::size_t>(k)];
            const moment& to = moments_[static_cast<std::size_t>(k) + 1];
            evaluate(from);
            ++done.evaluations;
            carry_out(e, noise, k, step_between(sampler_.corruption, sampler_.schedule, from, to));
            ++done.steps;
            if (!tell(k + 1, steps, to)) return k + 1 == steps;
            if (seen.stop && seen.stop()) return k + 1 == steps;
        }
        return true;
    }

    void evaluate(const moment& now) {
        const batch_view<const Level> in = x_;
        const batch_view<number> out{answers_.data(), x_.samples, answers_.size() / x_.samples};
        static_assert(std::is_invocable_v<decltype((sampler_.predictor.net)), decltype(in),
                                          decltype(out), const moment&>,
                      "diffgen: a network of levels is called as net(batch_view<const Level> x, "
                      "batch_view<float> answers, const moment& now); predicts<double> for answers "
                      "in double");
        sampler_.predictor.net(in, out, now);
    }

    template <class Exec, class Noise, class Step>
    void carry_out(const Exec& e, const Noise& noise, int k, const Step& step) {
        first_failure failed;
        const pass<Level, number, prediction, Step, Noise> p{x_,
                                                             answers_.data(),
                                                             step,
                                                             noise,
                                                             static_cast<std::uint32_t>(k),
                                                             options_.first_sample,
                                                             failed};
        if constexpr (showing_order<order_type>) {
            const double share = (1 - step.to().kept) / std::max(1 - moments_.front().kept, 1e-300);
            e.for_each(x_.samples, [&](std::size_t i) {
                show_elements(sampler_.order, p, i, masked_[i], share);
            });
        } else if constexpr (requires { order_type::ends_ancestral; }) {
            if (step.to().kept == 1)
                change(e, ancestral{}, p);
            else
                change(e, sampler_.order, p);
        } else {
            change(e, sampler_.order, p);
        }
        if (failed.any()) {
            const std::size_t sample = failed.flat() / x_.elements;
            throw non_finite(
                diffgen::detail::text("diffgen: the network's answers for element ",
                                      failed.flat() % x_.elements, " of sample ",
                                      options_.first_sample + sample, " in step ", k,
                                      " at t = ", step.from().t, " are no distribution"),
                k, 0, options_.first_sample + sample, step.from().t);
        }
    }
    template <class Exec, class Rule, class Pass>
    void change(const Exec& e, const Rule& rule, const Pass& p) const {
        for_each_tile(e, x_.size(), [&](std::size_t first, std::size_t last) {
            change_elements(rule, p, first, last);
        });
    }

    /// Whether the observer lets the run go on.
    bool tell(int done, int steps, const moment& at) {
        if (!options_.observe.on_step) return true;
        const double noise = 1 - at.kept;
        const noise_level level{
            .t = at.t, .log_snr = 2 * std::log(at.kept / noise), .alpha = at.kept, .sigma = noise};
        return options_.observe.on_step(
            observation(done, steps, level, x_.samples, x_.elements, this, &read, &write));
    }
    /// The state, or the most probable clean level of each element by the last answers.
    static void read(const void* self, int what, double* to) {
        const run& r = *static_cast<const run*>(self);
        const std::size_t states = r.answers_.size() / r.x_.size();
        for (std::size_t i = 0; i < r.x_.size(); ++i) {
            const auto row = r.answers_.begin() + static_cast<std::ptrdiff_t>(i * states);
            to[i] =
                what == 0
                    ? static_cast<double>(r.x_.data[i])
                    : static_cast<double>(
                          std::max_element(row, row + static_cast<std::ptrdiff_t>(states)) - row);
        }
    }
    static void write(void* self, const double* from) {
        run& r = *static_cast<run*>(self);
        require_levels(from, r.x_.size(), r.x_.elements, r.sampler_.corruption.states);
        std::transform(from, from + r.x_.size(), r.x_.data,
                       [](double v) { return static_cast<Level>(v); });
    }

    Sampler& sampler_;
    std::vector<moment> moments_;
    options options_;
    batch_view<Level> x_;
    std::vector<number> answers_;
    std::vector<std::size_t> masked_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::discrete::detail

#include <diffgen/core/with_macros.hpp>
