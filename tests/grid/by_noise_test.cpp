// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/grid/any_grid.hpp>
#include <diffgen/grid/beta.hpp>
#include <diffgen/grid/polyexponential.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include "compare.hpp"
#include "grid_testing.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using testing::relative_error;

TEST_CASE("polyexponential, kl_optimal and beta on every process, from one step on") {
    testing::check_on_processes(grid::polyexponential{.rho = 0.7});
    testing::check_on_processes(grid::polyexponential{.rho = 2});
    testing::check_on_processes(grid::kl_optimal{});
    testing::check_on_processes(grid::beta{});
    testing::check_on_processes(grid::beta{.a = 2, .b = 0.8});
}

TEST_CASE("polyexponential: exp of a power of the ramp from 1 to 0, in long double") {
    const process typed(schedule::edm{}, kernel::variance_exploding{});
    const process_view p(typed);
    const auto l = grid::polyexponential{.rho = 1.7}.levels(p, 9);
    for (int i = 0; i < 9; ++i) {
        const long double ramp = std::pow(1 - i / 8.L, 1.7L);
        const long double log_sigma = std::log(0.002L) + ramp * std::log(80 / 0.002L);
        CHECK(relative_error(l[static_cast<std::size_t>(i)].sigma,
                             static_cast<double>(std::exp(log_sigma))) < 1e-13);
    }
    const auto even = grid::polyexponential{}.levels(p, 9), same = grid::log_snr{}.levels(p, 9);
    for (std::size_t i = 0; i < 9; ++i)
        CHECK(relative_error(even[i].sigma, same[i].sigma) < 1e-13);
    CHECK_THROWS_AS(static_cast<void>(grid::polyexponential{.rho = 0}.levels(p, 9)), bad_argument);
}

TEST_CASE("kl_optimal: alpha and sigma of a VP process turn by equal angles") {
    const process typed(schedule::linear_beta{}, kernel::variance_preserving{});
    const process_view p(typed);
    const auto l = grid::kl_optimal{}.levels(p, 7);
    const auto angle = [](const noise_level& at) { return std::atan2(at.sigma, at.alpha); };
    const double first = angle(p.level(1)), last = angle(p.level(1e-3));
    for (int i = 0; i < 7; ++i)
        CHECK(std::fabs(angle(l[static_cast<std::size_t>(i)]) - (first + i / 6. * (last - first))) <
              1e-13);
    const auto stopped =
        grid::kl_optimal{.bounds = {.sigma_min = 1, .sigma_max = 3}, .ends_at_sigma_min = true};
    CHECK(relative_error(stopped.levels(p, 1).front().sigma_over_alpha(), 3) < 1e-13);
    CHECK(relative_error(stopped.levels(p, 1).back().sigma_over_alpha(), 1) < 1e-13);
}

TEST_CASE("beta: the distribution at each time is the share of the steps left") {
    const process typed(schedule::linear{}, kernel::variance_preserving{});
    const process_view p(typed);
    const auto l = grid::beta{.a = 0.5, .b = 0.5}.levels(p, 12);
    for (int k = 0; k <= 12; ++k) {  // the arcsine distribution: x = sin^2(pi / 2 u)
        const double sine = std::sin((12 - k) / 12. * 1.5707963267948966);
        CHECK(std::fabs(l[static_cast<std::size_t>(k)].t - (-1 + 1000 * sine * sine)) < 1e-9);
    }
    CHECK(grid::beta{.stop_at = 3}.levels(p, 1).back().t == 3);
    CHECK_THROWS_AS(static_cast<void>(grid::beta{.a = 0}.levels(p, 4)), bad_argument);
}
