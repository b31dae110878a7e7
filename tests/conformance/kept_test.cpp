// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// What a run that is kept promises, for every solver: begun again it has the bits of a new one;
// saved between any two evaluations and taken up by another run it goes on with the same bits; a
// part of the grid, with the solver's memory handed on, has the bits of the whole.
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include "bits_equal.hpp"
#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "tuning_solver.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 3, D = 2, size = samples * D;
const options in_six{.steps = 6, .seed = 11, .first_sample = 2};

template <class Solver>
auto sampler_of(const Solver& solver) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   testing::batched_predictor(epsilon{}, testing::three_in_2d), solver};
}

template <class Sampler, class Run>
void go_on(const Sampler& s, Run& r, int evaluations = 1 << 20) {
    auto network = s.predictor.net;
    for (; r && evaluations > 0; r.advance(), --evaluations)
        network(r.input(), r.output(), r.level());
}

template <class Solver>
void check_restart(const Solver& solver) {
    auto s = sampler_of(solver);
    std::vector<double> expected(size), x(size);
    s.generate(exec::cpp, batch(expected, samples), in_six);
    auto kept = s.keep(exec::cpp, batch(x, samples), in_six);
    for (const std::uint64_t seed : {5u, 11u, 11u}) {
        const run_summary done = kept(seed);
        CHECK(done.finished);
        CHECK((differences(x, expected) == 0) == (seed == 11));
    }
}

template <class Solver>
void check_saved(const Solver& solver) {
    const auto s = sampler_of(solver);
    std::vector<double> expected(size);
    auto whole = s.start(exec::cpp, batch(expected, samples), in_six);
    go_on(s, whole);
    const int evaluations = whole.summary().evaluations;
    for (int k = 0; k < evaluations; ++k) {
        CAPTURE(k);
        std::vector<double> x(size), y(size);
        auto first = s.start(exec::cpp, batch(x, samples), in_six);
        go_on(s, first, k);
        auto second = s.start(exec::cpp, batch(y, samples), in_six);
        second.resume(first.snapshot());
        go_on(s, second);
        CHECK(differences(y, expected) == 0);
        CHECK(second.summary().evaluations == evaluations);
    }
}

/// A solver that remembers nothing needs no memory handed on.
template <class Solver>
void check_parts(const Solver& solver, bool remembers) {
    auto s = sampler_of(solver);
    std::vector<double> expected(size);
    s.generate(exec::cpp, batch(expected, samples), in_six);
    bool all_equal = true;
    for (int cut = 1; cut < 6; ++cut) {
        std::vector<double> x(size);
        options first = in_six, second = in_six;
        first.end_step = second.begin_step = cut;
        const run_summary one = s.generate(exec::cpp, batch(x, samples), first);
        const run_summary two = s.generate_from(exec::cpp, batch(x, samples), second);
        CHECK(one.steps + two.steps == 6);
        all_equal = all_equal && differences(x, expected) == 0;
    }
    if (!remembers) CHECK(all_equal);
}

/// Whether the plan of a step depends on whether earlier steps are remembered.
template <class Solver>
bool remembers(const Solver& solver) {
    const auto s = sampler_of(solver);
    const auto levels = s.levels(in_six);
    const process_view process(s.process);
    for (int k = 1; k < 6; ++k) {
        const step with{process, levels, k, 0}, without{process, levels, k, k};
        if (solver.stages(with) != solver.stages(without)) return true;
        for (int j = 0; j < solver.stages(with); ++j) {
            const stage a = solver.plan(with, j), b = solver.plan(without, j);
            for (unsigned r = 0; r < max_rows; ++r)
                if (a.updates[r].form.registers != b.updates[r].form.registers ||
                    a.updates[r].form.denoised != b.updates[r].form.denoised)
                    return true;
        }
    }
    return false;
}

}  // namespace

TEST_CASE("a run that is begun again has the bits of a new one") {
    for (const conformance::entry& e : conformance::solvers()) {
        CAPTURE(e.name);
        conformance::visit(e, [](const auto& solver) { check_restart(solver); });
    }
}

TEST_CASE("a run that is saved and taken up has the bits of one without the break") {
    for (const conformance::entry& e : conformance::solvers()) {
        CAPTURE(e.name);
        conformance::visit(e, [](const auto& solver) { check_saved(solver); });
    }
}

TEST_CASE("a run in two parts has the bits of the whole where the solver remembers nothing") {
    int forgetful = 0;
    for (const conformance::entry& e : conformance::solvers()) {
        CAPTURE(e.name);
        conformance::visit(e, [&](const auto& solver) {
            forgetful += remembers(solver) ? 0 : 1;
            check_parts(solver, remembers(solver));
        });
    }
    CHECK(forgetful > 40);
}
