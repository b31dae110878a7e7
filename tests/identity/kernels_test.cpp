// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// All kernels are one diffusion up to a factor on the state: over the same signal-to-noise ratios
// and the same noise, the methods that are written in them give the same paths of x / alpha.
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/observe/observers.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "compare.hpp"
#include "mixture_as.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace diffgen;

namespace {

/// x / alpha after every step.
template <class Kernel, class Solver>
std::vector<std::vector<double>> path(Kernel kernel, const Solver& solver) {
    sampler s{schedule::edm{}, kernel, testing::batched_predictor(denoised{}, testing::three_in_2d),
              solver};
    observe::recording seen;
    std::vector<double> x(2 * 10);
    s.generate(exec::cpp, batch(x, 10),
               {.seed = 9,
                .grid = grid::sigmas({20, 9, 4, 2, 1, 0.5, 0.2, 0.05, 0}),
                .observe = observe::record(seen)});
    for (std::size_t i = 0; i < seen.states.size(); ++i)
        for (double& e : seen.states[i])
            e /= seen.levels[i].alpha;
    return seen.states;
}

template <class Solver>
void check(const char* name, const Solver& solver) {
    CAPTURE(name);
    const auto ve = path(kernel::variance_exploding{}, solver);
    REQUIRE(ve.size() == 8);
    for (const auto& other : {path(kernel::variance_preserving{}, solver),
                              path(kernel::sub_variance_preserving{}, solver),
                              path(kernel::linear_interpolant{}, solver)})
        for (std::size_t i = 0; i < ve.size(); ++i)
            // rounding at the noisiest level, |x / alpha| = 40
            CHECK(testing::largest_difference(other[i], ve[i]) < 1e-12);
}

}  // namespace

TEST_CASE("deterministic solvers: one path on four kernels") {
    check("ddim", solver::ddim{});
    check("euler", solver::euler{});
    check("heun", solver::heun{});
    check("rk4", solver::rk4{});
}

TEST_CASE("stochastic solvers written in levels: one path on four kernels") {
    using solver::variance;
    check("ddim, eta 0.5", solver::ddim{.eta = 0.5});
    check("ddim, eta 1", solver::ddim{.eta = 1});
    check("ancestral", solver::ancestral{});
    check("churn", solver::churn<>{});
}
