// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// A flow and a sampler of the same parts lead to the same samples, from the same prior.
#include <diffgen/density/probability_flow.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;

TEST_CASE("samples and densities of a sampler") {
    const gaussian_mixture<2, 2> mixture{
        {0.4, 0.6}, {{{-0.8, 0.2}, {0.9, -0.4}}}, {{{0.1, 0.2}, {0.04, 0.1}}}};
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(mixture),
                    solver::runge_kutta<solver::tableau::rk4, solver::in_angle>{}};
    constexpr std::size_t samples = 70;
    std::vector<double> by_run(2 * samples), by_flow(2 * samples);
    s.generate(exec::cpp, batch(by_run, samples),
               {.steps = 200, .seed = 5, .grid = grid::uniform{.stop_at = 1e-3}});
    const auto flow = density::flow_of(s);
    const auto along = flow.generate(batch(by_flow, samples), 5);
    for (std::size_t i = 0; i < by_run.size(); ++i)
        CHECK(std::abs(by_run[i] - by_flow[i]) < 1e-3);
    const auto alone = flow.log_density(batch(by_flow, samples));
    for (std::size_t i = 0; i < samples; ++i)
        CHECK(std::abs(along.values[i] - alone.values[i]) < 1e-3);
    // On threads the figures are those of one.
    CHECK(flow.log_density(exec::cpp, batch(by_flow, samples)).values == alone.values);
#if DIFFGEN_HAS_OMP
    CHECK(flow.log_density(exec::omp, batch(by_flow, samples)).values == alone.values);
#endif
}
