// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Strong order: on one Brownian path, every solver of an SDE tends to the SDE's solution on that
// path. With additive noise the strong order is 1 whatever the weak order, since one normal a step
// cannot say how the path went within it.
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/brownian.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include "solvers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <vector>

using namespace conformance;
using namespace diffgen;

namespace {

constexpr gaussian_mixture<2, 2> target{
    {0.4, 0.6}, {{{-0.6, 0.5}, {0.5, -0.2}}}, {{{0.3, 0.5}, {0.5, 0.4}}}};

/// 400 samples, from the forward process at t = 0.21 to t = 0.2, always on the same paths. The time
/// is short, so that what a multistep method loses by its first step, an error of order 2, is small
/// beside the noise's, which grows with the root of the time.
std::vector<double> ends(const any_solver& solver, int steps) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(target), solver,
              noise::brownian{}};
    constexpr double from = 0.21;
    std::vector<double> x(800);
    s.add_noise(exec::cpp, from, batch(x, 400), {.seed = 5});
    s.generate_from(exec::cpp, from, batch(x, 400),
                    {.steps = steps, .seed = 5, .grid = grid::uniform{.stop_at = 0.2}});
    return x;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum / static_cast<double>(a.size()));
}

/// Steps of the coarse run; more for solvers that remember, because of their first steps.
int coarse_steps(const entry& e) {
    return e.solver.declared().registers == 1 ? 128 : 1024;
}

/// The order from n to 4 n steps. A root mean square over 800 numbers scatters by 3 %, the order
/// between two of them by 0.03.
void check_order(const entry& e, const std::vector<double>& solution) {
    CAPTURE(e.name);
    const int n = coarse_steps(e);
    const double coarse = distance(ends(e.solver, n), solution);
    const double fine = distance(ends(e.solver, 4 * n), solution);
    CAPTURE(coarse);
    CAPTURE(fine);
    CHECK(std::fabs(std::log2(coarse / fine) / 2 - 1) <= 0.1);
}

}  // namespace

TEST_CASE("solvers of the reverse SDE, against one solution a noise level") {
    std::map<double, std::vector<double>> solutions;
    for (const entry& e : solvers()) {
        const double eta = e.promises.eta;
        if (e.promises.tends_to != limit::sde) continue;
        if (solutions.count(eta) == 0)
            solutions[eta] =
                ends(any_solver(solver::dpm_solver_pp_multistep<2>{.tau = eta}), 1 << 15);
        check_order(e, solutions[eta]);
    }
    CHECK(solutions.size() == 2);
}

TEST_CASE("solvers of SDEs of their own, against themselves") {
    for (const entry& e : solvers())
        if (e.promises.tends_to == limit::marginals)
            check_order(e, ends(e.solver, 32 * coarse_steps(e)));
}
