// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/grid/any_grid.hpp>
#include <diffgen/grid/beta.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/grid/polyexponential.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>

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

TEST_CASE("the ends are those of the schedule, however much noise it has") {
    // (sigma_max^(1/5) + 1/3 (sigma_min^(1/5) - sigma_max^(1/5)))^5, by hand to six digits
    const process wide(schedule::edm{.sigma_min = 1e-5, .sigma_max = 1e4},
                       kernel::variance_exploding{});
    const auto l = grid::karras{.rho = 5}.levels(process_view(wide), 4);
    CHECK(l[0].sigma == wide.level(1e4).sigma);
    const double a = std::pow(1e4, 0.2), b = std::pow(1e-5, 0.2);
    CHECK(relative_error(l[1].sigma, std::pow(a + (b - a) / 3, 5)) < 1e-12);
    CHECK(l[3].sigma == wide.level(1e-5).sigma);
    // the formula with rho 7 and 5 levels
    CHECK(relative_error(grid::karras{}.levels(process_view(wide), 5)[1].sigma, 1504.8) < 1e-4);
    // without any signal at its start, a schedule has no such end
    const process flow(schedule::rectified{}, kernel::linear_interpolant{});
    const auto f = grid::log_snr{}.levels(process_view(flow), 3);
    CHECK(f[0].alpha == 0);
    CHECK(relative_error(f[1].sigma_over_alpha(), std::sqrt(1e3 * (1e-3 / (1 - 1e-3)))) < 1e-12);
}

TEST_CASE("over a table the last evaluation is at its first entry, and not close to it") {
    const process typed(schedule::scaled_linear{}, kernel::variance_preserving{});
    const process_view p(typed);
    for (const int n : {2, 4, 10, 33}) {
        CHECK(grid::karras{}.levels(p, n)[static_cast<std::size_t>(n) - 1].t == 0);
        CHECK(grid::log_snr{.ends_at_sigma_min = true}.levels(p, n).back().t == 0);
        CHECK(grid::kl_optimal{}.levels(p, n)[static_cast<std::size_t>(n) - 1].t == 0);
        CHECK(grid::polyexponential{.rho = 1.3}.levels(p, n)[static_cast<std::size_t>(n) - 1].t ==
              0);
    }
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
