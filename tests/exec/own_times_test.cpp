// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Samples at times of their own: each is computed as if it were alone.

#include "own_times.hpp"

#include <diffgen/guidance/thresholded.hpp>
#include <diffgen/observe/observers.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/predictor_corrector.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

using namespace diffgen;
using testing::check_alone;
using testing::check_solver;
using testing::composed;
using testing::D;
using testing::noised;
using testing::one_by_one;
using testing::start_times;

TEST_CASE("so with a step size chosen for every sample") {
    check_solver<float>(
        solver::predictor_corrector{solver::ancestral{}, solver::langevin_corrector{}});
}

TEST_CASE("so with a hook that depends on the whole sample") {
    const thresholded predictor(testing::batched_predictor(epsilon{}, testing::two_in_5d), 0.8, 4);
    check_alone<float>(composed(predictor, solver::dpm_solver_pp_multistep<2>{}));
}

TEST_CASE("so with a network that wants its input scaled, and with elements one by one") {
    check_alone<float>(composed(
        testing::samplewise_predictor(edm_preconditioned{}, testing::two_in_5d), solver::heun{}));
    const auto shrink = [](auto x, auto level) { return x * level.sigma; };
    check_alone<float>(composed(predicts(epsilon{}, pointwise{shrink}), solver::ddim{.eta = 1}));
}

TEST_CASE("a run at times of its own that its owner drives sees the level of every row") {
    const options o{.steps = 4, .seed = 5, .first_sample = 3};
    auto s = composed(testing::batched_predictor(epsilon{}, testing::two_in_5d), solver::heun{});
    std::vector<double> x = noised<double>(o);
    auto run = s.start_from(exec::cpp, start_times, batch(x, start_times.size()), o);
    for (std::size_t i = 0; i < start_times.size(); ++i)
        CHECK(run.levels()[i].t == start_times[i]);
    for (; run; run.advance()) {
        REQUIRE(run.levels().size() == run.input().samples);
        s.predictor.call(run.input(), run.output(), run.levels());
    }
    CHECK(testing::same_bits(x, one_by_one<double>(s, o)));
    CHECK(run.summary().evaluations == 7);
}

TEST_CASE("an observer sees the steps that all samples have done, and can end the run") {
    int seen = 0;
    options o{.steps = 5};
    o.observe = {[&seen](const observation& at) {
        CHECK(at.step == ++seen);
        CHECK(at.steps == 5);
        return at.step < 3;
    }};
    auto s = composed(testing::batched_predictor(epsilon{}, testing::two_in_5d), solver::euler{});
    std::vector<float> x = noised<float>(o);
    const run_summary done =
        s.generate_from(exec::cpp, start_times, batch(x, start_times.size()), o);
    CHECK(seen == 3);
    CHECK(done.steps == 3);
    CHECK_FALSE(done.finished);
}

TEST_CASE("times that do not fit, and a network that fails one sample, are refused by name") {
    auto s = composed(testing::batched_predictor(epsilon{}, testing::two_in_5d), solver::euler{});
    std::vector<float> x(2 * D);
    const auto from = [&](std::vector<double> t) {
        s.generate_from(exec::cpp, t, batch(x, 2), {.steps = 3});
    };
    check_refused<bad_shape>([&] { from({0.5}); }, {"1 times", "2 samples"});
    check_refused<bad_argument>(
        [&] {
            from({0.5, std::numeric_limits<double>::quiet_NaN()});
        },
        {"not a number"});
    check_refused<bad_argument>([&] { from({0.5, 7.0}); }, {"7"});

    auto broken = composed(predicts(epsilon{},
                                    [](auto, auto out, const auto&) {
                                        std::fill(out.begin(), out.end(), 0.f);
                                        out.sample(1)[2] = std::numeric_limits<float>::quiet_NaN();
                                    }),
                           solver::euler{});
    check_refused<non_finite>(
        [&] {
            broken.generate_from(exec::cpp, std::vector{0.5, 0.25}, batch(x, 2),
                                 {.steps = 3, .first_sample = 40});
        },
        {"step 0 of 3", "from t = 0.25", "sample 41"});
}
