// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The loops of docs/concepts/control_loops.md: a run that is made once, and carried out at every
// tick without an allocation.
#include <diffgen/diffgen.hpp>

#include "count_allocations.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <vector>

using namespace diffgen;
using testing::allocations;

namespace {

constexpr std::size_t numbers = 32;
constexpr std::uint64_t ticks = 5;

// [policy]
/// Stands for your network: it predicts D, here plans around what is seen.
struct policy {
    const float* seen = nullptr;

    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& l) const {
        const auto kept = static_cast<float>(0.25 * l.alpha);
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = *seen + kept * (in.data[i] - *seen);
    }
};
// [policy]

// [functor]
/// The same as a functor, for runs in one pass. It is bound to each level anew by every run, so
/// that it may follow a pointer there.
struct small_policy {
    struct bound {
        float seen, kept;

        template <class V>
        DIFFGEN_VALUE V operator()(V x) const {
            return fma(broadcast<V>(kept), x - broadcast<V>(seen), broadcast<V>(seen));
        }
    };
    const float* seen = nullptr;

    template <class S>
    bound bind(const level_of<S>& l) const {
        return {*seen, 0.25f * static_cast<float>(l.alpha)};
    }
};
// [functor]

/// Carries out `tick` for every tick and says how many allocations the last one made; checks that
/// each has the result of a run that is made anew.
template <class Sampler, class Tick>
long check_ticks(Sampler& s, std::vector<float>& plan, float& seen, const Tick& tick) {
    long last = -1;
    for (std::uint64_t t = 0; t < ticks; ++t) {
        seen = 0.1f * static_cast<float>(t);
        const long before = allocations;
        tick(t);
        last = allocations - before;
        std::vector<float> expected(numbers);
        s.generate(exec::cpp, batch(expected, 1), {.steps = 10, .seed = t});
        CHECK(plan == expected);
    }
    return last;
}

}  // namespace

TEST_CASE("a kept run has the samples of a new one, and allocates nothing") {
    float seen = 0;
    // [keep]
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              predicts(denoised{}, policy{&seen}), solver::ddim{}};
    std::vector<float> plan(numbers);
    auto next_plan = s.keep(exec::cpp, batch(plan, 1), {.steps = 10});  // allocates, and plans
    const auto tick = [&](std::uint64_t t) {
        next_plan(t);  // fills plan, as generate with seed t would
    };
    // [keep]
    CHECK(check_ticks(s, plan, seen, tick) == 0);
}

TEST_CASE("a kept run in one pass reads what the functor sees now") {
    float seen = 0;
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              predicts(denoised{}, pointwise(small_policy{&seen})), solver::ddim{}};
    std::vector<float> plan(numbers);
    auto next_plan = s.keep(exec::cpp, batch(plan, 1), {.steps = 10});
    CHECK(check_ticks(s, plan, seen, [&](std::uint64_t t) { next_plan(t); }) == 0);
}

TEST_CASE("a run that its owner drives begins again by restart") {
    float seen = 0;
    const policy network{&seen};
    sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(denoised{}, network),
              solver::ddim{}};
    std::vector<float> plan(numbers);
    // [restart]
    auto run = s.start(exec::cpp, batch(plan, 1), {.steps = 10});
    const auto tick = [&](std::uint64_t t) {
        for (run.restart(t); run; run.advance())
            network(run.input(), run.output(), run.level());
    };
    // [restart]
    CHECK(check_ticks(s, plan, seen, tick) == 0);
}

TEST_CASE("the plan of the last tick is the start of the next") {
    float seen = 0;
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              predicts(denoised{}, policy{&seen}), solver::ddim{}};
    std::vector<float> plan(numbers);
    // [warm]
    const options last_third{.steps = 12, .begin_step = 8};
    const double t_begin = s.levels(last_third)[8].t;
    auto refine = s.keep_from(exec::cpp, batch(plan, 1), last_third);  // 4 evaluations
    const auto tick = [&](std::uint64_t t) {
        s.add_noise(exec::cpp, t_begin, batch(plan, 1), {.seed = t});
        refine(t);
    };
    // [warm]
    std::vector<float> by_hand(numbers);
    for (std::uint64_t t = 0; t < ticks; ++t) {
        seen = 0.1f * static_cast<float>(t);
        options o = last_third;
        o.seed = t;
        s.add_noise(exec::cpp, t_begin, batch(by_hand, 1), o);
        s.generate_from(exec::cpp, batch(by_hand, 1), o);
        const long before = allocations;
        tick(t);
        CHECK(allocations == before);
        CHECK(plan == by_hand);
    }
}

TEST_CASE("a deadline ends a kept run between two steps") {
    float seen = 0;
    int calls = 0;
    // [deadline]
    std::atomic<bool> too_late{false};  // set by a timer, or by the network
    const auto network = [&](auto in, auto out, const noise_level& l) {
        policy{&seen}(in, out, l);
        if (++calls == 4) too_late = true;
    };
    sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(denoised{}, network),
              solver::ddim{}};
    std::vector<float> plan(numbers);
    auto next_plan =
        s.keep(exec::cpp, batch(plan, 1), {.steps = 10, .observe = observe::stop_when(too_late)});
    const run_summary done = next_plan(7);  // plan holds the state of step done.steps: still noisy
    // [deadline]
    CHECK_FALSE(done.finished);
    CHECK(done.steps == 4);
    CHECK(next_plan(8).evaluations == 0);  // the flag is set before the run begins
    too_late = false;
    CHECK(next_plan(7).finished);
}
