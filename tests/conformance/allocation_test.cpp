// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// A run allocates when it starts and never again, whatever the solver.
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/brownian.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include "count_allocations.hpp"
#include "judged_solvers.hpp"
#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "tuning_solver.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace diffgen;
using testing::allocations;

/// With the first prediction the network reads the solver's registers, with the second a buffer.
TEST_CASE_TEMPLATE("no step of a run allocates", Output, epsilon, edm_preconditioned) {
    for (const conformance::entry& e : conformance::solvers()) {
        CAPTURE(e.name);
        conformance::visit(e, [](const auto& solver) {
            sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                      testing::batched_predictor(Output{}, testing::three_in_2d), solver};
            std::vector<double> x(2 * 300);
            const long before = allocations;
            auto run = s.start(exec::cpp, batch(x, 300), {.steps = 8});
            const long started = allocations;
            for (; run; run.advance())
                s.predictor.call(run.input(), run.output(), run.level());
            CHECK(started > before);  // the counter counts
            CHECK(allocations == started);
        });
    }
}

TEST_CASE("no step of a judged run allocates, each sample from a time of its own") {
    conformance::for_each_judged([](const char* name, const auto& solver) {
        if constexpr (!requires { solver.wants_density; }) {
            CAPTURE(name);
            sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                      testing::batched_predictor(epsilon{}, testing::three_in_2d), solver,
                      noise::brownian{}};
            const std::vector<double> times{0.9, 0.4, 0.6};
            std::vector<double> x{0.3, 1, -0.2, 0.5, 0, -0.7};
            auto run = s.start_from(exec::cpp, times, batch(x, 3), {.steps = 8});
            const long started = allocations;
            for (; run; run.advance())
                s.predictor.call(run.input(), run.output(), run.levels());
            CHECK(allocations == started);
        }
    });
}

TEST_CASE("a pool allocates for the levels of a request that is admitted, and for nothing else") {
    conformance::for_each_judged([](const char* name, const auto& solver) {
        if constexpr (!requires { solver.wants_density; }) {
            CAPTURE(name);
            const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                            testing::batched_predictor(epsilon{}, testing::three_in_2d), solver,
                            noise::brownian{}};
            auto pool = s.template pool<double>(exec::cpp, 2, {.capacity = 4});
            const options o{.steps = 3};
            for (int life = 0; life < 12; ++life) {
                long started = allocations;
                auto levels = s.levels(o);
                const long for_levels = allocations - started;
                started = allocations;
                pool.admit(o);
                CHECK(allocations - started <= for_levels);
                started = allocations;
                while (life % 4 == 3 ? pool.size() > 0 : pool.size() == 4) {
                    pool.take(3);
                    s.predictor.call(pool.input(), pool.output(), pool.levels());
                    pool.advance();
                    while (!pool.ended().empty())
                        pool.remove(pool.ended().front());
                }
                CHECK(allocations == started);
            }
        }
    });
}
