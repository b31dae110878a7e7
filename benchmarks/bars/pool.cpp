// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// What a pool costs for each row and evaluation, against a plain batch: 64 samples of 3 x 32 x 32,
// every request with steps of its own, from 10 to 30. The network does nothing, so that the library
// is all there is.

#include <diffgen/diffgen.hpp>

#include "../contest.hpp"
#include "bars.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace diffgen;

constexpr std::size_t samples = 64, elements = 3 * 32 * 32;
constexpr int steps = 20;

struct idle {
    template <class In, class Out, class Level>
    void operator()(const In&, const Out&, const Level&) const {}
};

/// The time of a thousand rows in the loop of an owner, to whom `evaluate` answers what is due.
template <class Owned, class Evaluate>
std::chrono::nanoseconds time_of_rows(Owned& owned, const Evaluate& evaluate) {
    std::int64_t rows = 0;
    const auto time = contest::time_of([&] {
        for (; owned; owned.advance())
            rows += static_cast<std::int64_t>(evaluate());
    });
    return 1000 * time / rows;
}

template <class Solver>
void measure(bars& to, const std::string& name, const Solver& solver) {
    const sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(velocity{}, idle{}),
                    solver};
    const auto in_pool = [&] {
        auto pool = s.pool(exec::cpp, elements, {.capacity = samples});
        for (std::size_t i = 0; i < samples; ++i)
            pool.admit({.steps = steps - 10 + static_cast<int>(i % 21), .seed = i});
        return time_of_rows(pool, [&] {
            s.predictor.call(pool.input(), pool.output(), pool.levels());
            return pool.cohorts();
        });
    };
    std::vector<float> x(samples * elements);
    const auto in_batch = [&] {
        auto run = s.start(exec::cpp, batch(x, samples), {.steps = steps});
        return time_of_rows(run, [&] {
            s.predictor.call(run.input(), run.output(), run.level());
            return run.samples();
        });
    };
    to.at_most("a row of a pool, " + name + " / of a batch", contest::ratio(in_pool, in_batch, 101),
               1.5);
}

}  // namespace

void bar_pool(bars& to) {
    measure(to, "ddim", solver::ddim{});
    measure(to, "ancestral", solver::ancestral{});
    measure(to, "dpm_solver_pp_multistep<2>", solver::dpm_solver_pp_multistep<2>{});
    measure(to, "heun", solver::heun{});
}
