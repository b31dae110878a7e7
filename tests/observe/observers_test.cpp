// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/observe/observers.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "check_refused.hpp"
#include "compare.hpp"
#include "mixture_as.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <ios>
#include <regex>
#include <span>
#include <sstream>
#include <stop_token>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 4, size = 2 * samples;

template <class Solver>
auto make(const Solver& solver) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   testing::batched_predictor(epsilon{}, testing::three_in_2d), solver};
}

}  // namespace

TEST_CASE("progress rewrites one line, full at the end") {
    std::ostringstream out;
    auto s = make(solver::ancestral{});
    std::vector<double> x(size);
    s.generate(exec::cpp, batch(x, samples),
               {.steps = 4, .observe = observe::progress(out, "digits", 8)});
    const std::regex seconds("[0-9]+\\.[0-9] s");
    CHECK(std::regex_replace(out.str(), seconds, "N s") ==
          "\rdigits [==      ] 1/4 N s\rdigits [====    ] 2/4 N s"
          "\rdigits [======  ] 3/4 N s\rdigits [========] 4/4 N s\n");
}

TEST_CASE("progress leaves the format of its stream alone") {
    std::ostringstream out;
    auto s = make(solver::ancestral{});
    std::vector<double> x(size);
    out.setf(std::ios::scientific, std::ios::floatfield);
    out.precision(3);
    s.generate(exec::cpp, batch(x, samples), {.steps = 2, .observe = observe::progress(out)});
    out.str("");
    out << 0.123456789;
    CHECK(out.str() == "1.235e-01");
}

namespace {

/// A run by hand of which nobody can read or change anything.
observation step_of(int step, int steps) {
    return {step, steps, {}, 1, 2, nullptr, nullptr, nullptr, false};
}

}  // namespace

TEST_CASE("a bar ends its line when the run ends, once") {
    std::ostringstream out;
    const observer bar = observe::progress(out, "bar", 4);
    CHECK(bar.on_step(step_of(1, 4)));
    CHECK(out.str().back() == 's');
    bar.on_end({1, 1, false});
    CHECK(out.str().back() == '\n');
    bar.on_end({1, 1, false});
    CHECK(out.str().find('\n') == out.str().size() - 1);
    // the last step ends the line itself
    out.str("");
    CHECK(bar.on_step(step_of(4, 4)));
    bar.on_end({4, 4, true});
    CHECK(out.str().find('\n') == out.str().size() - 1);
}

TEST_CASE("both observers see the end") {
    int first = 0, second = 0;
    const observer a{.on_end = [&](const run_summary& r) { first += r.steps; }};
    const observer b{.on_end = [&](const run_summary& r) { second += r.evaluations; }};
    (a & b & observer{}).on_end({3, 5, false});
    (observer{} & a).on_end({10, 0, true});
    CHECK(first == 13);
    CHECK(second == 5);
    CHECK_FALSE((observer{} & observer{}).on_end);
}

TEST_CASE("the denoised estimate without having asked for it, or a state that does not fit") {
    check_refused<bad_argument>([] { (void)step_of(3, 4).denoised(); },
                                {"step 3", "wants_denoised"});
    const std::vector<double> values{1, 2, 3};
    check_refused<bad_shape>([&] { step_of(3, 4).set_state(values); }, {"3 values", "1 x 2"});
    check_refused<bad_argument>([&] { step_of(3, 4).set_state(std::span(values).first(2)); },
                                {"step 3", "cannot be changed"});
    std::vector<double> state(2);
    const observation o{1,
                        4,
                        {},
                        1,
                        2,
                        &state,
                        [](const void* run, int, double* to) {
                            const auto& from = *static_cast<const std::vector<double>*>(run);
                            std::copy(from.begin(), from.end(), to);
                        },
                        [](void* run, const double* from) {
                            std::copy(from, from + 2,
                                      static_cast<std::vector<double>*>(run)->begin());
                        }};
    o.set_state(std::vector{7., 8.});
    CHECK(o.state() == std::vector{7., 8.});
}

TEST_CASE("a stop that is requested ends the run within one step") {
    auto s = make(solver::heun{});
    std::vector<double> x(size);
    std::stop_source source;
    const observer request{[&](const observation& o) {
        if (o.step == 2) source.request_stop();
        return true;
    }};
    const run_summary done =
        s.generate(exec::cpp, batch(x, samples),
                   {.steps = 10, .observe = request & observe::stop_when(source.get_token())});
    CHECK(done.steps == 2);
    CHECK_FALSE(done.finished);
}

TEST_CASE(
    "a recording holds the levels, the states and the denoised estimates of a hand-driven run") {
    auto s = make(solver::ancestral{});
    const options plain{.steps = 6, .seed = 4};
    options watched = plain;
    observe::recording seen;
    watched.observe = observe::record(seen);
    std::vector<double> x(size), y(size);
    s.generate(exec::cpp, batch(x, samples), watched);

    const std::vector<noise_level> levels = s.levels(plain);
    REQUIRE(seen.levels.size() == 6);
    std::size_t step = 0;
    for (auto run = s.start(exec::cpp, batch(y, samples), plain); run; ++step) {
        const noise_level here = run.level();
        CHECK(here.t == levels[step].t);
        // E[x_0 | x] of the mixture, straight from its definition's functor
        std::vector<double> denoised;
        const auto at = testing::three_in_2d.bind(cast_level<double>(here));
        for (std::size_t i = 0; i < size; i += 2)
            for (const double d : at(std::array{y[i], y[i + 1]}))
                denoised.push_back(d);
        s.predictor.call(run.input(), run.output(), run.level());
        run.advance();
        CHECK(seen.levels[step].t == levels[step + 1].t);
        CHECK(seen.states[step] == y);
        CHECK(testing::largest_difference(seen.denoised[step], denoised) < 1e-13 / here.alpha);
    }
    CHECK(step == 6);
    CHECK(seen.states.back() == x);
    CHECK(x == y);  // being watched changes nothing
}

TEST_CASE("the denoised estimate recorded is the hook's") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              clipped{testing::batched_predictor(epsilon{}, testing::three_in_2d), -0.2, 0.1},
              solver::heun{}};
    observe::recording seen;
    std::vector<double> x(size);
    s.generate(exec::cpp, batch(x, samples), {.steps = 3, .observe = observe::record(seen)});
    REQUIRE(seen.denoised.size() == 3);
    for (const auto& d : seen.denoised)
        for (const double e : d)
            CHECK((e >= -0.2 && e <= 0.1));
    CHECK(seen.denoised.back() == x);  // the step to the clean end is the estimate itself
}

TEST_CASE("a flag ends the run within one step, which leaves that step's state") {
    auto s = make(solver::heun{});
    std::vector<double> x(size);
    observe::recording seen;
    std::atomic<bool> flag{false};
    int steps = 0;
    const observer raise{[&](const observation& o) {
        steps = o.step;
        if (o.step == 3) flag = true;
        return true;
    }};
    const options o{.steps = 10,
                    .seed = 1,
                    .observe = raise & observe::record(seen) & observe::stop_when(flag)};
    const run_summary done = s.generate(exec::cpp, batch(x, samples), o);
    CHECK(done.steps == 3);
    CHECK(done.evaluations == 6);
    CHECK_FALSE(done.finished);
    CHECK(steps == 3);
    REQUIRE(seen.states.size() == 3);  // all observers saw the step in which one of them said stop
    CHECK(seen.states.back() == x);

    // the state can be carried on: from its level to the end, as the whole run would
    std::vector<double> whole(size);
    s.generate(exec::cpp, batch(whole, samples), {.steps = 10, .seed = 1});
    const std::vector<noise_level> levels = s.levels(o);
    std::vector<double> rest;
    for (std::size_t i = 3; i < levels.size(); ++i)
        rest.push_back(levels[i].t);
    s.generate_from(exec::cpp, rest.front(), batch(x, samples), {.grid = grid::times(rest)});
    CHECK(x == whole);
}

TEST_CASE("stop_when: a flag that is set before the start costs no evaluation") {
    auto s = make(solver::ancestral{});
    std::vector<double> x(size);
    const std::atomic<bool> flag{true};
    const run_summary done = s.generate(exec::cpp, batch(x, samples),
                                        {.steps = 10, .observe = observe::stop_when(flag)});
    CHECK(done.steps == 0);
    CHECK(done.evaluations == 0);
    CHECK_FALSE(done.finished);
}

TEST_CASE("a functor is watched too, step by step") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::samplewise_predictor(denoised{}, testing::three_in_2d), solver::ancestral{}};
    std::vector<double> x(size);
    std::vector<int> steps;
    s.generate(exec::cpp, batch(x, samples), {.steps = 3, .observe = {[&](const observation& o) {
                                                              steps.push_back(o.step);
                                                              CHECK(o.steps == 3);
                                                              CHECK(o.samples == samples);
                                                              CHECK(o.elements == 2);
                                                              return true;
                                                          }}});
    CHECK(steps == std::vector<int>{1, 2, 3});
}
