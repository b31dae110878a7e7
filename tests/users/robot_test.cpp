// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// A robot's planner: edits between evaluations, a warm start from the last plan, a first state that
// is known, and ticks without an allocation.
#include <diffgen/diffgen.hpp>

#include "count_allocations.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using namespace diffgen;
using testing::allocations;

namespace {

constexpr std::size_t horizon = 8, plans = 4;

/// The exact noise of independent normal data, of mean 0.3 k at step k of the horizon; one level
/// for all, or one for each step.
struct planner {
    static float noise(float x, std::size_t k, const noise_level& l) {
        const double m = 0.3 * static_cast<double>(k);
        return static_cast<float>(l.sigma * (static_cast<double>(x) - l.alpha * m) /
                                  (l.alpha * l.alpha + l.sigma * l.sigma));
    }
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& l) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = noise(in.data[i], i % horizon, l);
    }
    template <class In, class Out>
    void operator()(const In& in, const Out& out, std::span<const noise_level> levels) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = noise(in.data[i], i % horizon, levels[i]);
    }
};

template <class Solver>
auto made_of(const Solver& solver) {
    return sampler{schedule::cosine{100}, kernel::variance_preserving{},
                   predicts(epsilon{}, planner{}), solver};
}

template <class Solver>
void check_edits(const Solver& solver) {
    const auto s = made_of(solver);
    std::vector<float> x(plans * horizon);
    for (auto run = s.start(exec::cpp, batch(x, plans), {.steps = 6}); run; run.advance()) {
        const bool at_state = run.input().data == x.data() || run.input().data[0] == x[0];
        x[0] = 123;
        if (at_state) CHECK(run.input().data[0] == 123);
        planner{}(run.input(), run.output(), run.level());
    }
}

}  // namespace

TEST_CASE("what is written to the state between two evaluations, the network sees") {
    check_edits(solver::ancestral{});
    check_edits(solver::ddim{});
    check_edits(solver::euler_maruyama{});
    check_edits(solver::dpm_solver_pp_multistep<2>{});
    check_edits(solver::unipc<2>{});
}

TEST_CASE("the plan goes on from the last one, and no tick allocates") {
    auto s = made_of(solver::ancestral{});
    std::vector<float> plan(plans * horizon);
    auto anew = s.keep(exec::cpp, batch(plan, plans), {.steps = 100});
    const options last_fifth{.steps = 100, .begin_step = 80};
    const double begins = s.levels(last_fifth)[80].t;
    auto refined = s.keep_from(exec::cpp, batch(plan, plans), last_fifth);
    anew(1);
    for (std::uint64_t tick = 2; tick < 6; ++tick) {
        const long before = allocations;
        for (std::size_t b = 0; b < plans; ++b)  // a step was executed; the last one is repeated
            for (std::size_t k = 0; k + 1 < horizon; ++k)
                plan[b * horizon + k] = plan[b * horizon + k + 1];
        s.add_noise(exec::cpp, begins, batch(plan, plans), {.seed = tick});
        const run_summary done = refined(tick);
        CHECK(done.evaluations == 20);
        CHECK(allocations == before);
    }
}

TEST_CASE("a first state that is known stays to the bit, under every solver") {
    const blocks::after_prefix rule{1, blocks::uniform{horizon - 1}};
    const auto run = [&](const auto& solver) {
        const auto s = made_of(solver);
        std::vector<float> x(plans * horizon);
        for (std::size_t b = 0; b < plans; ++b)
            x[b * horizon] = -2.5f;
        const options o{.steps = 20, .seed = 1};
        s.add_noise(exec::cpp, rule, batch(x, plans), o);
        s.generate_from(exec::cpp, rule, batch(x, plans), o);
        for (std::size_t b = 0; b < plans; ++b) {
            CHECK(x[b * horizon] == -2.5f);
            CHECK(std::isfinite(x[b * horizon + 1]));
        }
    };
    run(solver::ancestral{});
    run(solver::heun{});
    run(solver::dpm_solver_pp_multistep<2>{});
    run(solver::unipc<2>{});
}
