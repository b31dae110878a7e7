// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Every solver in every way to run, with the same bits: fused and stepwise, on each back end, the
// batch whole or in parts.
#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "same_bits.hpp"
#include "tuning_solver.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace diffgen;
using testing::same_bits;
using testing::sampled;

namespace {

const auto functor = testing::samplewise_predictor(velocity{}, testing::three_in_2d);
const auto network = testing::batched_predictor(velocity{}, testing::three_in_2d);

template <class Solver>
void check_runs(const Solver& solver) {
    const schedule::linear_beta schedule{};
    const kernel::variance_preserving kernel{};
    const sampler fused{schedule, kernel, functor, solver};
    const sampler stepwise{schedule, kernel, network, solver};
    const options o{.steps = 6, .seed = 77};
    const std::vector<double> expected = sampled<double>(stepwise, exec::cpp, 2, o);
    const auto check = [&](const auto& policy) {
        for (const auto& parts : {std::vector<std::size_t>{64}, {1, 5, 58}}) {
            CHECK(same_bits(sampled<double>(fused, policy, 2, o, parts), expected));
            CHECK(same_bits(sampled<double>(stepwise, policy, 2, o, parts), expected));
        }
    };
    check(exec::cpp);
    check(exec::omp);
    check(exec::tbb);
    options other = o;
    other.seed = 78;
    CHECK_FALSE(same_bits(sampled<double>(stepwise, exec::cpp, 2, other), expected));
}

}  // namespace

TEST_CASE("all ways to run have the same bits") {
    for (const conformance::entry& e : conformance::solvers()) {
        CAPTURE(e.name);
        conformance::visit(e, [](const auto& solver) { check_runs(solver); });
    }
}
