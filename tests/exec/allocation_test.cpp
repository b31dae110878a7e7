// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// A run allocates when it starts and never again.
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/predictor_corrector.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "mixture_as.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <new>
#include <vector>

namespace {
long allocations = 0;
}  // namespace

// noinline: g++ otherwise sees malloc's memory deleted, and warns
__attribute__((noinline)) void* operator new(std::size_t n) {
    ++allocations;
    if (void* p = std::malloc(n > 0 ? n : 1)) return p;
    throw std::bad_alloc{};
}
__attribute__((noinline)) void operator delete(void* p) noexcept {
    std::free(p);
}
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept {
    std::free(p);
}

using namespace diffgen;

namespace {

struct counts {
    long start, steps;
};

template <class Output, class Solver>
counts of_run(Output output, const Solver& solver) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::batched_predictor(output, testing::three_in_2d), solver};
    std::vector<double> x(2 * 300);
    const long before = allocations;
    auto run = s.start(exec::cpp, batch(x, 300), {.steps = 8});
    const long started = allocations;
    for (; run; run.advance())
        s.predictor.call(run.input(), run.output(), run.level());
    return {started - before, allocations - started};
}

}  // namespace

TEST_CASE("no step of a run allocates") {
    const auto check = [](const counts& c) {
        CHECK(c.start > 0);  // the counter counts
        CHECK(c.steps == 0);
    };
    check(of_run(epsilon{}, solver::ancestral{}));
    check(of_run(edm_preconditioned{}, solver::rk4{}));
    check(of_run(denoised{}, solver::churn<>{}));
    check(of_run(score{}, solver::predictor_corrector(solver::ancestral{},
                                                      solver::langevin_corrector{}, 2)));
}
