// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Tables of levels by block and step: the ready ones by hand, what the network is told, and what is
// refused before anything is written.

#include <diffgen/blocks/rules.hpp>
#include <diffgen/blocks/time_table.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "blockwise.hpp"
#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace diffgen;

namespace {

template <class Solver = solver::ddim>
auto make(const Solver& solver = {}) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   testing::blockwise_predictor(denoised{}), solver};
}

/// The times at which the network is told every block of the one sample, evaluation by evaluation.
template <class Rule, class Solver = solver::ddim>
std::vector<std::vector<double>> told(const Rule& rule, int steps, const Solver& solver = {}) {
    const auto s = make(solver);
    std::vector<double> x(24);
    std::vector<std::vector<double>> all;
    for (auto run = s.start_from(exec::cpp, rule, batch(x, 1), {.steps = steps}); run;
         run.advance()) {
        auto& times = all.emplace_back();
        for (const noise_level& l : run.levels())
            times.push_back(std::round(l.t * 1e6) / 1e6);
        s.predictor.net(run.input(), run.output(), run.levels());
    }
    return all;
}

}  // namespace

TEST_CASE("the ready tables are what their sources say") {
    using numbers = std::vector<int>;
    CHECK(blocks::uniform{2}.table(3).steps == numbers{0, 1, 2, 3, 0, 1, 2, 3});
    CHECK(blocks::uniform{1, 2}.table(4).steps == numbers{2, 3, 4});
    CHECK(blocks::causal{2}.table(2).steps == numbers{0, 1, 2, 2, 2, 0, 0, 0, 1, 2});
    CHECK(blocks::pyramid{3, 1}.table(2).steps ==
          numbers{0, 1, 2, 2, 2, 0, 0, 1, 2, 2, 0, 0, 0, 1, 2});
    CHECK(blocks::pyramid{3, 0.5}.table(2).steps == numbers{0, 1, 2, 2, 0, 1, 2, 2, 0, 0, 1, 2});
    CHECK(blocks::pyramid{2, 0}.table(3).steps == blocks::uniform{2}.table(3).steps);
    CHECK(blocks::pyramid{3, 4}.table(4).steps == blocks::causal{3}.table(4).steps);
    CHECK(blocks::rolling{3}.table(6).steps == numbers{4, 5, 6, 2, 3, 4, 0, 1, 2});
    CHECK(blocks::rolling_start{3}.table(6).steps ==
          numbers{0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 1, 2});
    CHECK(blocks::two_speed{1, 1, 2}.table(4).steps == numbers{0, 2, 4, 4, 4, 0, 1, 2, 3, 4});
    CHECK(blocks::two_speed{1, 1, 3}.table(4).steps == numbers{0, 3, 4, 4, 4, 0, 1, 2, 3, 4});
    const auto known = blocks::after_prefix{1, blocks::uniform{2}}.table(2);
    CHECK(known.count == 3);
    CHECK(known.steps == numbers{2, 2, 2, 0, 1, 2, 0, 1, 2});
}

TEST_CASE("a window that was rolled stands where its next roll begins") {
    const int steps = 12;
    for (const int count : {1, 2, 3, 4}) {
        const auto start = blocks::rolling_start{count}.table(steps);
        const auto roll = blocks::rolling{count}.table(steps);
        for (const auto& before : {start, roll}) {
            CHECK(before.of(0).back() == steps);
            for (int b = 1; b < count; ++b)
                CHECK(before.of(b).back() == roll.of(b - 1).front());
        }
        CHECK(roll.of(count - 1).front() == 0);
    }
}

TEST_CASE("the network is told the level of every block, also of those that wait and are done") {
    using times = std::vector<std::vector<double>>;
    CHECK(told(blocks::pyramid{2, 1}, 2) == times{{1, 1}, {0.5, 1}, {0, 0.5}});
    CHECK(told(blocks::causal{2}, 2) == times{{1, 1}, {0.5, 1}, {0, 1}, {0, 0.5}});
    CHECK(told(blocks::two_speed{1, 1, 2}, 4) == times{{1, 1}, {0.5, 0.75}, {0, 0.5}, {0, 0.25}});
    CHECK(told(blocks::after_prefix{1, blocks::uniform{1}}, 2) == times{{0, 1}, {0, 0.5}});
    // a round in which nobody moves is none; a block waits in all the evaluations of a round, and
    // one that is through before the others shows where it has come
    CHECK(told(blocks::step_table{2, {0, 1, 1, 2, 2, 0, 0, 0, 0, 1}}, 2, solver::heun{}) ==
          times{{1, 1}, {0.5, 1}, {0.5, 1}, {0, 1}, {0, 0.5}});
    CHECK(told(blocks::step_table{2, {0, 1, 1, 2}}, 2, solver::heun{}) ==
          times{{1, 0.5}, {0.5, 0}});
}

TEST_CASE("a table of times is its own grid") {
    using times = std::vector<std::vector<double>>;
    const blocks::time_table t{2, {0.9, 0.6, 0.2, 0.2, 0.9, 0.9, 0.5, 0.1}};
    CHECK(told(t, 50) == times{{0.9, 0.9}, {0.6, 0.9}, {0.2, 0.5}});
    // equal rows are a run over explicit times
    const auto s = make();
    std::vector<double> x(24), y(24);
    s.generate(exec::cpp, blocks::time_table{2, {0.9, 0.4, 0.1, 0.9, 0.4, 0.1}}, batch(x, 3));
    s.generate(exec::cpp, batch(y, 3), {.grid = grid::times{{0.9, 0.4, 0.1}}});
    CHECK(x == y);
}

TEST_CASE("blocks that are clean from the beginning stay to the bit, and the network sees them") {
    const auto s = make(solver::heun{});
    const blocks::after_prefix rule{2, blocks::pyramid{4, 2}};
    std::vector<double> x(3 * 12), seen;
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = i % 12 < 2 ? 0.1 * static_cast<double>(i) : -0.0;
    const std::vector<double> given = x;
    const options o{.steps = 6, .seed = 3};
    s.add_noise(exec::cpp, rule, batch(x, 3), o);
    for (auto run = s.start_from(exec::cpp, rule, batch(x, 3), o); run; run.advance()) {
        const auto in = run.input();
        for (std::size_t i = 0; i < x.size(); ++i)
            if (i % 12 < 4) CHECK((in.data[i] == given[i]));
        s.predictor.net(in, run.output(), run.levels());
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (i % 12 < 4) {
            CHECK(x[i] == given[i]);
            CHECK(std::signbit(x[i]) == std::signbit(given[i]));
        } else {
            CHECK(x[i] != given[i]);
        }
    }
}

TEST_CASE("noise is added to each block at the level where it begins, with the sample's numbers") {
    const auto s = make();
    const options o{.steps = 6, .seed = 8, .first_sample = 5};
    const blocks::rolling rule{3};
    std::vector<double> x(2 * 12, 0.5), expected(2 * 12);
    s.add_noise(exec::cpp, rule, batch(x, 2), o);
    const auto grid = s.levels(o);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const noise_level& l = grid[4 - 2 * (i % 12 / 4)];
        expected[i] = std::fma(
            l.alpha, 0.5,
            l.sigma * noise::philox{8}.normal<double>(noise::stream::forward, 0, 5 * 12 + i));
    }
    CHECK(x == expected);
}

TEST_CASE("an observer sees rounds") {
    const auto s = make(solver::heun{});
    std::vector<int> seen;
    options o{.steps = 3};
    o.observe.on_step = [&](const observation& at) {
        seen.push_back(at.step);
        CHECK(at.steps == 5);
        CHECK(at.samples == 2);
        CHECK(at.elements == 6);
        return at.step < 4;
    };
    std::vector<double> x(12);
    const run_summary done = s.generate(exec::cpp, blocks::pyramid{3, 1}, batch(x, 2), o);
    CHECK(seen == std::vector{1, 2, 3, 4});
    CHECK(done.steps == 4);
    CHECK_FALSE(done.finished);
}

TEST_CASE(
    "the denoised estimate of a clean block is what it holds, that of a waiting one the "
    "network's") {
    const auto s = make();
    const blocks::after_prefix rule{1, blocks::causal{2}};
    std::vector<double> x{0.25, 1, -1}, first;
    options o{.steps = 2};
    o.observe.wants_denoised = true;
    o.observe.on_step = [&](const observation& at) {
        if (at.step == 1) first = at.denoised();
        return true;
    };
    s.generate_from(exec::cpp, rule, batch(x, 1), o);
    std::vector<double> in{1, -1}, out(2);
    s.predictor.net(batch_view<const double>(in.data(), 1, 2), batch(out, 1), s.levels(o)[0]);
    CHECK(first == std::vector{0.25, out[0], out[1]});
}

TEST_CASE("tables that make no sense are refused before anything is written") {
    const auto s = make();
    const std::vector<double> before(12, 7);
    std::vector<double> x = before;
    const auto generate = [&](const auto& rule, const options& o = {.steps = 4}) {
        return [&, rule, o] { s.generate(exec::cpp, rule, batch(x, 1), o); };
    };
    const auto table = [](int count, std::vector<int> steps) {
        return blocks::step_table{count, std::move(steps)};
    };
    check_refused<bad_shape>(generate(table(2, {0, 1, 2})), {"diffgen:", "3", "2 blocks"});
    check_refused<bad_shape>(generate(table(2, {0, 1})), {"2 step numbers", "2 blocks"});
    check_refused<bad_shape>(generate(table(0, {0, 1})), {"0 blocks"});
    check_refused<bad_shape>(generate(blocks::uniform{5}), {"12", "5 blocks"});
    check_refused<bad_argument>(generate(table(2, {0, 4, 0, 5})), {"block 1", "step 5", "0 to 4"});
    check_refused<bad_argument>(generate(table(1, {-1, 4})), {"block 0", "step -1"});
    check_refused<bad_argument>(generate(table(2, {0, 4, 4, 0, 2, 1})),
                                {"block 1", "step 2", "step 1", "round 1"});
    check_refused<bad_argument>(generate(table(2, {4, 4, 0, 0})), {"1 rounds", "no block"});
    check_refused<bad_argument>(generate(table(2, {0, 4, 1, 4})),
                                {"block 1", "step 1", "generate_from"});
    check_refused<bad_argument>(generate(blocks::rolling{3}), {"3 blocks", "4 steps"});
    check_refused<bad_argument>(generate(blocks::uniform{0}), {"blocks::uniform", "0"});
    check_refused<bad_argument>(generate(blocks::uniform{3, 4}), {"step 4", "4 steps"});
    check_refused<bad_argument>(generate(blocks::uniform{3, -1}), {"blocks::uniform", "step -1"});
    check_refused<bad_argument>(generate(blocks::pyramid{2, -1}), {"delay", "-1"});
    check_refused<bad_argument>(
        generate(blocks::pyramid{2, std::numeric_limits<double>::quiet_NaN()}), {"delay", "nan"});
    check_refused<bad_argument>(generate(blocks::causal{1 << 20}), {"2^28"});
    check_refused<bad_argument>(generate(blocks::two_speed{1, 0, 2}), {"two_speed", "0"});
    check_refused<bad_argument>(generate(blocks::after_prefix{-1, blocks::uniform{3}}), {"-1"});
    check_refused<bad_argument>(generate(blocks::time_table{1, {0.5, std::nan("")}}),
                                {"times[1]", "nan"});
    check_refused<bad_argument>(generate(blocks::uniform{3}, {.steps = 4, .begin_step = 1}),
                                {"begin_step = 1"});
    check_refused<bad_argument>(generate(blocks::uniform{3}, {.steps = 4, .end_step = 2}),
                                {"end_step = 2"});
    check_refused<bad_argument>(
        [&] {
            s.add_noise(exec::cpp, blocks::step_table{1, {0, 9}}, batch(x, 1), {.steps = 4});
        },
        {"step 9"});
    // a network that says nothing where a block waits
    const sampler blind{schedule::rectified{}, kernel::linear_interpolant{},
                        testing::blockwise_predictor(epsilon{}), solver::ddim{}};
    check_refused<bad_argument>(
        [&] {
            blind.generate_from(exec::cpp, blocks::step_table{2, {1, 4, 0, 0}}, batch(x, 1),
                                {.steps = 4});
        },
        {"epsilon", "t = 1"});
    CHECK(x == before);
}

TEST_CASE("a saved run of another table is refused") {
    const auto s = make();
    std::vector<double> x(12), y(12);
    const options o{.steps = 4};
    const auto run = s.start(exec::cpp, blocks::pyramid{3, 1}, batch(x, 1), o);
    auto later = s.start(exec::cpp, blocks::pyramid{3, 2}, batch(y, 1), o);
    check_refused<bad_argument>([&] { later.resume(run.snapshot()); }, {"rounds"});
    auto more = s.start(exec::cpp, blocks::pyramid{6, 1}, batch(y, 1), o);
    check_refused<bad_argument>([&] { more.resume(run.snapshot()); }, {"cohorts"});
    auto plain = s.start(exec::cpp, batch(y, 1), o);
    const auto uniform = s.start(exec::cpp, blocks::uniform{3}, batch(x, 1), o);
    check_refused<bad_argument>([&] { plain.resume(uniform.snapshot()); }, {"3 blocks", "1"});
}

TEST_CASE("NaN in a block is found, with the number of its sample") {
    const auto s = make();
    std::vector<double> x(2 * 12);
    auto run =
        s.start(exec::cpp, blocks::pyramid{3, 1}, batch(x, 2), {.steps = 4, .first_sample = 7});
    const auto nan_in = [&](std::size_t i) {
        s.predictor.net(run.input(), run.output(), run.levels());
        run.output().data[i] = std::numeric_limits<double>::quiet_NaN();
        run.advance();
    };
    nan_in(12 + 5);  // the second block waits: what the network says of it does not matter
    try {
        nan_in(12 + 5);
        FAIL("accepted");
    } catch (const non_finite& e) {
        CHECK(e.sample() == 8);
        CHECK(e.step() == 0);
    }
}
