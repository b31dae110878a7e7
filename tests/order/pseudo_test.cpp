// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Methods that solve the probability flow with weights or orders of their own: PNDM and iPNDM,
// DPM-Solver-2 and DPM-Solver-fast.
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/dpm_2.hpp>
#include <diffgen/solver/dpm_solver_fast.hpp>
#include <diffgen/solver/gradient_estimation.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/pndm.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "check_refused.hpp"
#include "compare.hpp"
#include "quantile_flow.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using namespace diffgen::solver;

namespace {

template <class Solver>
void check_orders(const Solver& s, int order) {
    testing::check_order(schedule::linear_beta{}, kernel::variance_preserving{}, epsilon{}, s,
                         {0.5, 0.1, 128}, order);
    testing::check_order(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5},
                         kernel::variance_exploding{}, denoised{}, s, {0.9, 0.2, 128}, order);
    testing::check_order(schedule::rectified{}, kernel::linear_interpolant{}, flow{}, s,
                         {0.7, 0.2, 128}, order);
}

template <class Solver>
std::vector<double> run(const Solver& solver, const any_grid& grid) {
    sampler s{schedule::edm{}, kernel::variance_exploding{},
              testing::batched_predictor(denoised{}, testing::two_humps), solver};
    std::vector<double> x(20);
    s.generate(exec::cpp, batch(x, 20), {.steps = 10, .seed = 3, .grid = grid});
    return x;
}

}  // namespace

TEST_CASE("orders") {
    check_orders(ipndm<2>{}, 2);
    check_orders(pndm{}, 2);
    check_orders(dpm_2{}, 2);
}

TEST_CASE("on equal steps of sigma / alpha pseudo methods are the classical ones") {
    std::vector<double> sigmas;
    for (int i = 20; i > 0; --i)
        sigmas.push_back(0.5 * i);
    const grid::sigmas equal{sigmas};
    CHECK(testing::largest_difference(run(ipndm<1>{}, equal), run(ddim{}, equal)) < 1e-12);
    CHECK(testing::largest_difference(run(ipndm<2>{}, equal),
                                      run(gradient_estimation{.gamma = 1.5}, equal)) < 1e-12);
    constexpr auto first_order = start_up::first_order;
    CHECK(testing::largest_difference(run(ipndm<3>{}, equal),
                                      run(lms<3>{.start_up = first_order}, equal)) < 1e-11);
    CHECK(testing::largest_difference(run(ipndm<4>{}, equal),
                                      run(lms<4>{.start_up = first_order}, equal)) < 1e-11);
    CHECK(testing::largest_difference(run(ipndm<4>{}, grid::karras{}),
                                      run(lms<4>{.start_up = first_order}, grid::karras{})) > 1e-3);
}

TEST_CASE("PNDM starts by the classical Runge-Kutta method where the variable is the time") {
    // sigma = t on schedule::edm, equal steps of it: PNDM's three first steps are rk4's
    const auto four = grid::sigmas({4, 3.5, 3, 2.5});
    const auto start = [&](const auto& solver) { return run(solver, four); };
    CHECK(testing::largest_difference(start(pndm{}), start(rk4{})) < 1e-13);
}

TEST_CASE("DPM-Solver-2 by hand") {
    const process ve(schedule::edm{}, kernel::variance_exploding{});
    const process_view p(ve);
    const std::vector<noise_level> levels{p.level(4), p.level(1)};
    // the middle is sqrt(4 * 1) = 2: x_2 = x + (2 - 4) (x - D) / 4, x_1 = x + (1 - 4) (x_2 - D') /
    // 2
    const stage first = dpm_2::plan({p, levels, 0}, 0), second = dpm_2::plan({p, levels, 0}, 1);
    CHECK(testing::relative_error(first.updates[0].form.registers[0], 0.5) < 1e-14);
    CHECK(testing::relative_error(first.updates[0].form.denoised, 0.5) < 1e-14);
    CHECK(testing::relative_error(second.level.sigma, 2) < 1e-14);
    CHECK(testing::relative_error(second.updates[0].form.registers[0], 1) < 1e-14);
    CHECK(testing::relative_error(second.updates[0].form.registers[1], -1.5) < 1e-14);
    CHECK(testing::relative_error(second.updates[0].form.denoised, 1.5) < 1e-14);
}

TEST_CASE("DPM-Solver-fast spends the evaluations that it is given") {
    for (int n = 1; n <= 12; ++n) {
        const dpm_solver_fast<> fast{.evaluations = n};
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                  testing::batched_predictor(epsilon{}, testing::two_humps), fast};
        std::vector<double> x(4);
        CAPTURE(n);
        CHECK(s.generate(exec::cpp, batch(x, 4),
                         {.steps = fast.steps(), .grid = grid::log_snr{.ends_at_sigma_min = true}})
                  .evaluations == n);
    }
    // all of order 3 but the last step: 7 = 3 + 3 + 1
    const process vp(schedule::linear_beta{}, kernel::variance_preserving{});
    const auto levels = grid::log_snr{.ends_at_sigma_min = true}.levels(process_view(vp), 3);
    const dpm_solver_fast<> seven{.evaluations = 7};
    for (int i = 0; i < 3; ++i)
        CHECK(seven.stages({process_view(vp), levels, i}) == (i < 2 ? 3 : 1));
    check_refused<bad_argument>([] { dpm_solver_fast<>{.evaluations = 0}.check(); },
                                {"0 evaluations"});
}
