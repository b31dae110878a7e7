// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// What a run with levels by block promises, for every solver that has one: a uniform table has the
// bits of the plain run; a block that waits, or begins late, has the bits that it has alone; and
// such a run can be begun again, saved and taken up.
#include <diffgen/blocks/rules.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/brownian.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include "bits_equal.hpp"
#include "blockwise.hpp"
#include "solvers.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 3, count = 4, elements = 8, size = samples * elements;
const options in_five{.steps = 5, .seed = 11, .first_sample = 2};

/// All four go down the whole grid; the first two wait on the way, the third begins late, the last
/// waits for nothing.
const blocks::step_table with_waits{4, {0, 1, 1, 2, 3, 3, 3, 4, 5,  //
                                        0, 0, 1, 1, 2, 3, 4, 4, 5,  //
                                        0, 0, 0, 0, 1, 2, 3, 4, 5,  //
                                        0, 1, 2, 3, 4, 5, 5, 5, 5}};

template <class Noise = noise::philox>
auto sampler_of(const conformance::any_solver& solver) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   testing::blockwise_predictor(epsilon{}), solver, Noise{}};
}

template <class Sampler, class Run>
void go_on(const Sampler& s, Run& r, int evaluations = 1 << 20) {
    auto network = s.predictor.net;
    for (; r && evaluations > 0; r.advance(), --evaluations)
        network(r.input(), r.output(), r.levels());
}

template <class F>
void for_all_solvers(F f) {
    for (const conformance::entry& e : conformance::solvers()) {
        if (e.solver.tunes()) continue;  // refused at compile time
        CAPTURE(e.name);
        f(e.solver);
    }
}

}  // namespace

TEST_CASE_TEMPLATE("a uniform table has the bits of a run without blocks, also with waits in it",
                   Noise, noise::philox, noise::brownian) {
    for_all_solvers([](const auto& solver) {
        const auto s = sampler_of<Noise>(solver);
        std::vector<double> plain(size), x(size), y(size);
        const run_summary expected = s.generate(exec::cpp, batch(plain, samples), in_five);
        const run_summary done =
            s.generate(exec::cpp, blocks::uniform{count}, batch(x, samples), in_five);
        CHECK(differences(x, plain) == 0);
        CHECK(done.evaluations == expected.evaluations);
        CHECK(done.steps == expected.steps);
        CHECK(done.finished);
        const run_summary waited = s.generate(exec::cpp, with_waits, batch(y, samples), in_five);
        CHECK(differences(y, plain) == 0);
        CHECK(waited.evaluations > expected.evaluations);
        CHECK(waited.steps == 8);
    });
}

TEST_CASE("a block that begins in the middle has the bits of a part of the grid") {
    const blocks::step_table from_two{2,
                                      {2, 2, 3, 4, 4, 5,  //
                                       0, 1, 2, 3, 4, 5}};
    for_all_solvers([&](const auto& solver) {
        const auto s = sampler_of(solver);
        std::vector<double> given(size), plain, part;
        s.draw_prior(exec::cpp, batch(given, samples), in_five);
        plain = part = given;
        options last_three = in_five;
        last_three.begin_step = 2;
        s.generate_from(exec::cpp, batch(plain, samples), in_five);
        s.generate_from(exec::cpp, batch(part, samples), last_three);
        s.generate_from(exec::cpp, from_two, batch(given, samples), in_five);
        for (std::size_t i = 0; i < size; ++i)
            CHECK(same_bits(given[i], i % elements < elements / 2 ? part[i] : plain[i]));
    });
}

TEST_CASE("a run by blocks that is begun again has the bits of a new one") {
    for_all_solvers([](const auto& solver) {
        auto s = sampler_of(solver);
        std::vector<double> expected(size), x(size);
        s.generate(exec::cpp, with_waits, batch(expected, samples), in_five);
        auto kept = s.keep(exec::cpp, with_waits, batch(x, samples), in_five);
        for (const std::uint64_t seed : {5u, 11u, 11u}) {
            CHECK(kept(seed).finished);
            CHECK((differences(x, expected) == 0) == (seed == 11));
        }
    });
}

TEST_CASE("a run by blocks that is saved and taken up has the bits of one without the break") {
    for_all_solvers([](const auto& solver) {
        const auto s = sampler_of(solver);
        std::vector<double> expected(size);
        auto whole = s.start(exec::cpp, with_waits, batch(expected, samples), in_five);
        go_on(s, whole);
        const int evaluations = whole.summary().evaluations;
        for (int k = 0; k < evaluations; ++k) {
            CAPTURE(k);
            std::vector<double> x(size), y(size);
            auto first = s.start(exec::cpp, with_waits, batch(x, samples), in_five);
            go_on(s, first, k);
            auto second = s.start(exec::cpp, with_waits, batch(y, samples), in_five);
            second.resume(first.snapshot());
            go_on(s, second);
            CHECK(differences(y, expected) == 0);
            CHECK(second.summary().evaluations == evaluations);
        }
    });
}
