// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// What a pool promises beside the bits, which tests/conformance/pool*_test.cpp compare: who is in
// it, what it refuses, that a failure is one request's, previews, edits, saved requests.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/adaptive.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/names.hpp>

#include "check_refused.hpp"
#include "gaussian_network.hpp"
#include "mixture_as.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t E = 5;

template <class Solver>
auto sampler_of(const Solver& solver) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   predicts(epsilon{}, testing::gaussian_network{}), solver};
}
const auto plain = sampler_of(solver::ancestral{});

template <class Sampler>
std::vector<float> alone(const Sampler& s, const options& o, std::size_t elements = E) {
    std::vector<float> x(elements);
    s.generate(exec::cpp, batch(x, 1), o);
    return x;
}
template <class View>
std::vector<float> values(const View& v) {
    return {v.begin(), v.end()};
}
template <class Pool>
void finish(Pool& pool) {
    for (; pool; pool.advance())
        pool.evaluate();
}

}  // namespace

TEST_CASE("a pool is driven as a run is") {
    auto pool = plain.pool(exec::cpp, E);
    CHECK_FALSE(pool);
    const options first{.steps = 4, .seed = 1}, second{.steps = 2, .seed = 9, .first_sample = 70};
    const request_id a = pool.admit(first), b = pool.admit(second);
    CHECK(a != b);
    const auto levels_of_a = plain.levels(first), levels_of_b = plain.levels(second);
    for (std::size_t k = 0; pool; ++k, pool.advance()) {
        const auto in = pool.input();
        REQUIRE(in.samples == (k < 2 ? 2 : 1));
        REQUIRE(pool.levels().size() == in.samples);
        CHECK(pool.requests()[0] == a);
        CHECK(pool.levels()[0].t == levels_of_a[k].t);
        if (k < 2) CHECK(pool.levels()[1].t == levels_of_b[k].t);
        plain.predictor.call(in, pool.output(), pool.levels());
    }
    CHECK(pool.ended().size() == 2);
    CHECK(values(pool.state(a)) == alone(plain, first));
    CHECK(values(pool.state(b)) == alone(plain, second));
}

TEST_CASE("progress, for solvers that follow the grid and for those that lead") {
    auto pool = plain.pool(exec::cpp, E);
    const request_id id = pool.admit({.steps = 9, .begin_step = 3, .end_step = 5});
    pool.evaluate();
    pool.advance();
    request_status s = pool.status(id);
    CHECK(s.state == request_state::running);
    CHECK(s.step == 1);
    CHECK(s.steps == 2);
    CHECK(s.evaluations == 1);
    finish(pool);
    s = pool.status(id);
    CHECK(s.state == request_state::arrived);
    CHECK(s.step == 2);

    const auto adaptive = sampler_of(solver::adaptive_heun{});
    auto leading = adaptive.pool(exec::cpp, E);
    const request_id one = leading.admit({.steps = 9});
    finish(leading);
    CHECK(leading.status(one).steps == 0);
    CHECK(leading.status(one).step > 2);
    CHECK(leading.status(one).evaluations > leading.status(one).step);
}

TEST_CASE("a full pool refuses, or grows") {
    auto small = plain.pool(exec::cpp, E, {.capacity = 2});
    const request_id a = small.admit({.steps = 3, .seed = 1});
    small.admit({.steps = 1, .seed = 2});
    small.evaluate();
    check_refused<bad_argument>([&] { small.admit({.steps = 3}); },
                                {"a pool for 2 requests is full"});
    small.advance();  // what was refused has changed nothing
    CHECK(small.size() == 2);
    check_refused<bad_argument>([&] { small.admit({.steps = 3}); }, {"remove those that have"});
    small.remove(small.ended().front());
    const request_id c = small.admit({.steps = 3, .seed = 3});
    finish(small);
    CHECK(values(small.state(a)) == alone(plain, {.steps = 3, .seed = 1}));
    CHECK(values(small.state(c)) == alone(plain, {.steps = 3, .seed = 3}));

    auto growing = plain.pool(exec::cpp, E, {.capacity = 1, .if_full = when_full::grow});
    std::vector<request_id> ids;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        ids.push_back(growing.admit({.steps = 6, .seed = seed}));
        growing.evaluate();
        growing.advance();
    }
    CHECK(growing.capacity() == 8);
    finish(growing);
    for (std::uint64_t seed = 0; seed < 5; ++seed)
        CHECK(values(growing.state(ids[seed])) == alone(plain, {.steps = 6, .seed = seed}));
}

TEST_CASE("a request that is not there is named") {
    auto pool = plain.pool(exec::cpp, E);
    const request_id id = pool.admit({.steps = 2});
    pool.remove(id);
    check_refused<bad_argument>([&] { pool.remove(id); }, {"request 1 is not in this pool"});
    check_refused<bad_argument>([&] { return pool.status(id); }, {"request 1"});
    check_refused<bad_argument>([&] { return pool.state(id); }, {"request 1"});
    check_refused<bad_argument>([&] { return pool.snapshot(id); }, {"request 1"});
    const request_id other = pool.admit({.steps = 2});
    CHECK(other != id);
    check_refused<bad_argument>([&] { pool.take(std::vector{id}); }, {"request 1"});
    check_refused<bad_argument>([&] { pool.take(std::vector{other, other}); }, {"named twice"});
    check_refused<bad_argument>([&] { pool.take(std::vector<request_id>{}); }, {"no requests"});
    check_refused<bad_argument>([&] { pool.take(std::size_t{0}); }, {"no requests"});
    check_refused<bad_argument>([&] { return pool.denoised(other); }, {"keep_denoised"});
    finish(pool);
    check_refused<bad_argument>([&] { pool.take(std::vector{other}); }, {"has ended"});
    check_refused<bad_argument>([&] { return pool.input(); }, {"none is due"});
}

TEST_CASE("what joins or leaves makes the batch void") {
    auto pool = plain.pool(exec::cpp, E);
    const request_id a = pool.admit({.steps = 2});
    check_refused<bad_argument>([&] { pool.advance(); }, {"without a batch"});
    pool.evaluate();
    const request_id b = pool.admit({.steps = 2});
    check_refused<bad_argument>([&] { pool.advance(); }, {"joined or left"});
    pool.evaluate();
    pool.remove(b);
    check_refused<bad_argument>([&] { pool.advance(); }, {"joined or left"});
    finish(pool);
    CHECK(values(pool.state(a)) == alone(plain, {.steps = 2}));
}

TEST_CASE("arguments are refused before anything changes") {
    check_refused<bad_argument>([] { return plain.pool(exec::cpp, E, {.capacity = 0}); },
                                {"no requests"});
    check_refused<bad_shape>([] { return plain.pool(exec::cpp, 0); }, {"0 elements"});
    auto pool = plain.pool(exec::cpp, E);
    check_refused<bad_argument>([&] { pool.admit({.steps = 0}); }, {"0 steps"});
    check_refused<bad_argument>([&] { pool.admit({.steps = 3, .begin_step = 3}); },
                                {"steps 3 to 3"});
    options observed{.steps = 3};
    observed.observe.stop = [] { return false; };
    check_refused<bad_argument>([&] { pool.admit(observed); }, {"observer"});
    check_refused<bad_argument>(
        [&] { pool.admit({.first_sample = std::numeric_limits<std::uint64_t>::max() / E}); },
        {"64 bits"});
    std::vector<float> x(2 * E);
    check_refused<bad_shape>([&] { pool.admit_from(batch(x, 2), {}); }, {"2 samples of 5"});
    check_refused<bad_shape>([&] { pool.admit_from(batch(x, 1), {}); }, {"1 samples of 10"});
    CHECK(pool.size() == 0);
}

TEST_CASE("a row of the network that is not finite fails its request and no other") {
    auto pool = plain.pool(exec::cpp, E);
    std::vector<request_id> ids;
    const auto of = [](std::uint64_t k) {
        return options{.steps = 4, .seed = k, .first_sample = 40 + k};
    };
    for (std::uint64_t k = 0; k < 4; ++k)
        ids.push_back(pool.admit(of(k)));
    for (int evaluation = 0; pool; ++evaluation, pool.advance()) {
        pool.evaluate();
        if (evaluation != 2) continue;
        pool.output().sample(1)[3] = std::numeric_limits<float>::quiet_NaN();
        pool.output().sample(2)[0] = std::numeric_limits<float>::infinity();
    }
    for (const std::size_t k : {std::size_t{1}, std::size_t{2}}) {
        CHECK(pool.status(ids[k]).state == request_state::failed);
        check_refused<non_finite>([&] { return pool.state(ids[k]); },
                                  {"step 2 of 4", k == 1 ? "sample 41" : "sample 42"});
        check_refused<non_finite>([&] { return pool.snapshot(ids[k]); }, {"step 2 of 4"});
    }
    for (const std::size_t k : {std::size_t{0}, std::size_t{3}})
        CHECK(values(pool.state(ids[k])) == alone(plain, of(k)));
}

TEST_CASE("a plan that cannot go on fails its request and no other") {
    struct stops_in_step_two : solver::ddim {
        [[nodiscard]] stage plan(const step& s, int j) const {
            require(s.index < 2, "no plan for step ", s.index);
            return solver::ddim::plan(s, j);
        }
    };
    const auto s = sampler_of(stops_in_step_two{});
    auto pool = s.pool(exec::cpp, E);
    const request_id longer = pool.admit({.steps = 3}), shorter = pool.admit({.steps = 2});
    finish(pool);
    CHECK(pool.status(longer).state == request_state::failed);
    check_refused<bad_argument>([&] { return pool.state(longer); }, {"no plan for step 2"});
    CHECK(values(pool.state(shorter)) == alone(s, {.steps = 2}));
}

TEST_CASE("those that wait longest come first where a part is taken") {
    auto pool = plain.pool(exec::cpp, E);
    std::vector<request_id> ids;
    for (std::uint64_t k = 0; k < 5; ++k)
        ids.push_back(pool.admit({.steps = 6, .seed = k}));
    std::vector<int> last(5, -1);
    for (int round = 0; round < 9; ++round) {
        pool.take(2);
        pool.evaluate();
        REQUIRE(pool.requests().size() == 2);
        for (const request_id id : pool.requests()) {
            int& before = last[static_cast<std::size_t>(std::ranges::find(ids, id) - ids.begin())];
            CHECK(round - before <= 3);  // five requests, two at a time
            before = round;
        }
        pool.advance();
    }
    CHECK(*std::ranges::min_element(last) >= 6);
    pool.take(100);
    CHECK(pool.requests().size() == 5);
}

TEST_CASE("a preview is the denoised estimate of the last evaluation") {
    auto pool = plain.pool(exec::cpp, E, {.keep_denoised = true});
    const options o{.steps = 4, .seed = 8};
    pool.admit({.steps = 2, .seed = 3});
    const request_id id = pool.admit(o);
    CHECK(values(pool.denoised(id)) == std::vector<float>(E));
    std::vector<std::vector<double>> expected;
    options observed = o;
    observed.observe = {[&](const observation& at) {
                            expected.push_back(at.denoised());
                            return true;
                        },
                        true};
    alone(plain, observed);
    for (std::size_t k = 0; pool; ++k) {
        pool.evaluate();
        pool.advance();
        const auto seen = values(pool.denoised(id));
        CHECK(std::vector<double>(seen.begin(), seen.end()) == expected[k]);
    }
}

TEST_CASE("a state may be changed on the way, as that of a run") {
    auto pool = plain.pool(exec::cpp, E);
    const options o{.steps = 4, .seed = 8};
    pool.admit({.steps = 3, .seed = 3});
    const request_id id = pool.admit(o);
    std::vector<float> x(E);
    auto run = plain.start(exec::cpp, batch(x, 1), o);
    for (int k = 0; pool; ++k) {
        if (k == 2) x[1] = pool.state(id).data[1] = 0.5f;
        pool.evaluate();
        pool.advance();
        plain.predictor.call(run.input(), run.output(), run.level());
        run.advance();
    }
    CHECK(values(pool.state(id)) == x);
}

TEST_CASE("a saved request that does not fit is refused, and says why") {
    auto pool = plain.pool(exec::cpp, E);
    const request_id id = pool.admit({.steps = 3});
    const auto saved = pool.snapshot(id);
    const auto refused = [&]<class Error>(auto change, const char* text, Error*) {
        auto s = saved;
        change(s);
        check_refused<Error>([&] { pool.resume(s); }, {text});
        CHECK(pool.size() == 1);
    };
    bad_shape* shape = nullptr;
    bad_argument* argument = nullptr;
    refused([](auto& s) { s.samples = 2; }, "2 samples", shape);
    refused([](auto& s) { s.registers.push_back(0); }, "6 numbers", shape);
    refused([](auto& s) { s.cohorts.front().index = 4; }, "step 4", argument);
    refused([](auto& s) { s.cohorts.front().stage_index = -1; }, "stage -1", argument);
    refused([](auto& s) { s.cohorts.front().stage_index = 7; }, "1 stages", argument);
    refused([](auto& s) { s.cohorts.front().end = 9; }, "to 9", argument);
    refused([](auto& s) { s.grids.front()[0].alpha *= 2; }, "alpha", argument);
    const sampler exploding{schedule::linear_beta{}, kernel::variance_exploding{}, plain.predictor,
                            solver::ancestral{}};
    auto other = exploding.pool(exec::cpp, E);
    check_refused<bad_argument>([&] { other.resume(saved); }, {"where the sampler has"});
}

TEST_CASE("functors answer a pool too, and every processor's back end has the same bits") {
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    testing::samplewise_predictor(epsilon{}, testing::three_in_2d), solver::heun{}};
    const auto check = [&](const auto& exec) {
        auto pool = s.pool(exec, 2);
        std::vector<request_id> ids;
        for (int k = 0; k < 20; ++k)
            ids.push_back(pool.admit({.steps = 2 + k % 5, .seed = static_cast<unsigned>(k)}));
        finish(pool);
        for (int k = 0; k < 20; ++k)
            CHECK(values(pool.state(ids[static_cast<std::size_t>(k)])) ==
                  alone(s, {.steps = 2 + k % 5, .seed = static_cast<unsigned>(k)}, 2));
    };
    check(exec::cpp);
    check(exec::omp);
    check(exec::tbb);
    check_refused<bad_shape>([&] { return s.pool(exec::cpp, 3); }, {"2 elements"});
}
