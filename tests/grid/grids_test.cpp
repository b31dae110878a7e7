// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/grid/any_grid.hpp>
#include <diffgen/grid/discrete.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/schedule/sigmas.hpp>
#include <diffgen/schedule/sub_vp.hpp>

#include "compare.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using testing::relative_error;

namespace {

/// Every property that a run relies on: n + 1 finite levels, ever less noise, clean at the end.
void check_levels(const process_view& p, const any_grid& g, int n) {
    CAPTURE(n);
    const std::vector<noise_level> l = g.levels(p, n);
    REQUIRE(l.size() == static_cast<std::size_t>(n) + 1);
    for (std::size_t i = 0; i + 1 < l.size(); ++i) {
        CHECK(std::isfinite(l[i].alpha));
        CHECK((std::isfinite(l[i].sigma) && l[i].sigma > 0));
        CHECK(l[i + 1].log_snr > l[i].log_snr);
    }
    CHECK(l.back().is_clean());
}

template <class Process>
void check_grids(const Process& typed) {
    const process_view p(typed);
    for (const int n : {1, 2, 3, 7, 10, 50, 97}) {
        check_levels(p, grid::uniform{}, n);
        check_levels(p, grid::quadratic{}, n);
        check_levels(p, grid::karras{}, n);
        check_levels(p, grid::log_snr{}, n);
        for (const any_grid& g : {any_grid(grid::uniform{}), any_grid(grid::quadratic{}),
                                  any_grid(grid::karras{}), any_grid(grid::log_snr{})})
            CHECK(g.levels(p, n).front().t == p.t_max());
        if (p.discrete_steps() < n) continue;
        check_levels(p, grid::trailing{}, n);
        check_levels(p, grid::leading{}, n);
        check_levels(p, grid::linspace{}, n);
    }
}

std::vector<double> times_of(const std::vector<noise_level>& levels) {
    std::vector<double> t;
    for (const auto& l : levels)
        t.push_back(l.t);
    return t;
}

}  // namespace

TEST_CASE("every grid over every schedule, from one step on") {
    check_grids(process(schedule::linear{}, kernel::variance_preserving{}));
    check_grids(process(schedule::scaled_linear{}, kernel::variance_exploding{}));
    check_grids(process(schedule::cosine{}, kernel::variance_preserving{}));
    check_grids(process(schedule::sigmoid{}, kernel::sub_variance_preserving{}));
    check_grids(process(schedule::betas({0.01, 0.3, 0.6, 1}), kernel::variance_preserving{}));
    check_grids(process(schedule::sigmas({0.1, 1, 10}), kernel::variance_exploding{}));
    check_grids(process(schedule::linear_beta{}, kernel::variance_preserving{}));
    check_grids(process(schedule::geometric{}, kernel::variance_exploding{}));
    check_grids(process(schedule::edm{}, kernel::variance_exploding{}));
    check_grids(process(schedule::rectified{}, kernel::linear_interpolant{}));
    check_grids(
        process(schedule::sub_vp{schedule::linear_beta{}}, kernel::sub_variance_preserving{}));
}

TEST_CASE("uniform and quadratic: times by their formulas, stop_at as the last") {
    const process typed(schedule::linear_beta{}, kernel::variance_preserving{});
    const process_view p(typed);
    const auto even = times_of(grid::uniform{}.levels(p, 4));
    CHECK(testing::largest_difference(even, std::vector<double>{1, 0.75, 0.5, 0.25, 0}) == 0);
    const auto squares = times_of(grid::quadratic{}.levels(p, 4));
    CHECK(testing::largest_difference(squares, std::vector<double>{1, 0.5625, 0.25, 0.0625, 0}) ==
          0);
    const auto stopped = times_of(grid::uniform{.stop_at = 0.2}.levels(p, 2));
    CHECK(testing::largest_difference(stopped, std::vector<double>{1, 0.6, 0.2}) < 1e-15);
    const process ddpm(schedule::linear{}, kernel::variance_preserving{});
    const auto discrete = times_of(grid::uniform{}.levels(process_view(ddpm), 4));
    CHECK(testing::largest_difference(discrete, std::vector<double>{999, 749, 499, 249, -1}) == 0);
}

TEST_CASE("the first time of a grid is t_max to the bit, wherever it stops") {
    // end + (t_max - end) would round to other times than t_max, and a table ends at t_max
    const process ddpm(schedule::linear{}, kernel::variance_preserving{});
    const process_view p(ddpm);
    for (int i = 1; i <= 1000; ++i) {
        const double stop = i * 0.1234567;
        REQUIRE(grid::uniform{.stop_at = stop}.levels(p, 3).front().t == 999);
        REQUIRE(grid::quadratic{.stop_at = stop}.levels(p, 3).front().t == 999);
        REQUIRE(grid::uniform{}.levels(p.until(stop), 3).front().t == stop);
    }
}

TEST_CASE("trailing: n steps for every n, rounded half to even") {
    const process typed(schedule::linear{}, kernel::variance_preserving{});
    const process_view p(typed);
    for (int n = 1; n <= 1000; ++n) {
        const auto l = grid::trailing{}.levels(p, n);
        REQUIRE(l.size() == static_cast<std::size_t>(n) + 1);
        for (int k = 0; k < n; ++k) {
            // correctly rounded quotients have their exact halves; nearbyint rounds half to even
            const double exact = 1000. * (n - k) / n;
            REQUIRE(l[static_cast<std::size_t>(k)].t == std::nearbyint(exact) - 1);
        }
        REQUIRE(l.back().is_clean());
    }
    // numpy: (np.arange(1000, 0, -1000 / 16).round() - 1), halves at every odd entry
    CHECK(testing::largest_difference(
              times_of(grid::trailing{}.levels(p, 16)),
              std::vector<double>{999, 937, 874, 811, 749, 687, 624, 561, 499, 437, 374, 311, 249,
                                  187, 124, 61, -1}) == 0);
    CHECK_THROWS_AS(static_cast<void>(grid::trailing{}.levels(p, 1001)), bad_argument);
}

TEST_CASE("leading and linspace: the tables that are in use") {
    const process typed(schedule::linear{}, kernel::variance_preserving{});
    const process_view p(typed);
    // diffusers' DDIM, n = 10: "leading" 900, 800 .. 0
    CHECK(testing::largest_difference(
              times_of(grid::leading{}.levels(p, 10)),
              std::vector<double>{900, 800, 700, 600, 500, 400, 300, 200, 100, 0, -1}) == 0);
    CHECK(grid::leading{.offset = 1}.levels(p, 10).front().t == 901);
    // its "linspace": 999, 888 .. 0
    CHECK(testing::largest_difference(
              times_of(grid::linspace{}.levels(p, 10)),
              std::vector<double>{999, 888, 777, 666, 555, 444, 333, 222, 111, 0, -1}) == 0);
    // numpy: np.linspace(0, 999, 7).round()[::-1], with halves at 166.5, 499.5 and 832.5
    CHECK(testing::largest_difference(times_of(grid::linspace{}.levels(p, 7)),
                                      std::vector<double>{999, 832, 666, 500, 333, 166, 0, -1}) ==
          0);
    CHECK(grid::linspace{}.levels(p, 1).front().t == 999);
    CHECK(grid::leading{}.levels(p, 1).front().t == 0);
    // offset 1 with a step at every entry asks for entry 1000
    CHECK_THROWS_AS(static_cast<void>(grid::leading{.offset = 1}.levels(p, 1000)), bad_argument);
    const process continuous(schedule::edm{}, kernel::variance_exploding{});
    CHECK_THROWS_AS(static_cast<void>(grid::trailing{}.levels(process_view(continuous), 10)),
                    bad_argument);
}

TEST_CASE("karras: Karras et al. 2022, eq. 5, with both ends where they are asked for") {
    const process typed(schedule::edm{}, kernel::variance_exploding{});
    const process_view p(typed);
    const int n = 18;
    const auto l = grid::karras{}.levels(p, n);
    CHECK(l.front().t == 80);
    for (int i = 0; i < n; ++i) {
        const long double a = std::pow(80.L, 1 / 7.L), b = std::pow(0.002L, 1 / 7.L);
        const auto expected = static_cast<double>(std::pow(a + i / (n - 1.L) * (b - a), 7.L));
        CHECK(relative_error(l[static_cast<std::size_t>(i)].sigma, expected) < 1e-13);
    }
    CHECK(l.back().is_clean());

    const auto bounded = grid::karras{.bounds = {.sigma_min = 0.1, .sigma_max = 10}}.levels(p, 5);
    CHECK(relative_error(bounded.front().sigma, 10) < 1e-14);
    CHECK(relative_error(bounded[4].sigma, 0.1) < 1e-13);
    const auto stopped =
        grid::karras{.bounds = {.sigma_min = 0.1, .sigma_max = 10}, .ends_at_sigma_min = true}
            .levels(p, 5);
    CHECK(stopped.size() == 6);
    CHECK(relative_error(stopped.back().sigma, 0.1) < 1e-13);
    CHECK_THROWS_AS(
        static_cast<void>(grid::karras{.bounds = {.sigma_min = 10, .sigma_max = 1}}.levels(p, 5)),
        bad_argument);
}

TEST_CASE("log_snr: equal steps of the log-SNR") {
    const process typed(schedule::linear_beta{}, kernel::variance_preserving{});
    const process_view p(typed);
    const auto l = grid::log_snr{}.levels(p, 11);
    const double first = p.level(1).log_snr, last = p.level(1e-3).log_snr;
    for (int i = 0; i < 11; ++i)
        CHECK(std::fabs(l[static_cast<std::size_t>(i)].log_snr -
                        (first + 0.1 * i * (last - first))) < 1e-12);
}

TEST_CASE("explicit grids are taken as they are, and checked") {
    const process typed(schedule::linear_beta{}, kernel::variance_preserving{});
    const process_view p(typed);
    const any_grid times = grid::times({0.9, 0.4, 0.1});
    CHECK(testing::largest_difference(times_of(times.levels(p, 50)),
                                      std::vector<double>{0.9, 0.4, 0.1}) == 0);
    const auto by_sigma = any_grid(grid::sigmas({5, 1, 0})).levels(p, 50);
    CHECK(relative_error(by_sigma[0].sigma / by_sigma[0].alpha, 5) < 1e-14);
    CHECK(relative_error(by_sigma[1].sigma / by_sigma[1].alpha, 1) < 1e-14);
    CHECK(by_sigma[2].is_clean());
    const process flow(schedule::rectified{}, kernel::linear_interpolant{});
    const auto pure = grid::sigmas({detail::infinity, 1, 0}).levels(process_view(flow), 50);
    CHECK((pure[0].t == 1 && pure[0].alpha == 0 && pure[0].sigma == 1));
    CHECK(pure[1].t == 0.5);

    const auto refused = [&](const any_grid& g) {
        CHECK_THROWS_AS(static_cast<void>(g.levels(p, 2)), bad_argument);
    };
    refused(grid::times({0.5}));
    refused(grid::times({}));
    refused(grid::times({0.4, 0.9}));
    refused(grid::times({0.4, std::nan("")}));
    refused(grid::times({0., 0.}));  // starts clean
    refused(grid::times({0.4, -0.1}));
    refused(grid::sigmas({1, 2}));
    refused(grid::sigmas({1, 0, 0}));
    refused(grid::sigmas({1, -1}));
    refused(grid::sigmas({detail::infinity, 1}));
    refused(grid::sigmas({5, detail::infinity}));
    CHECK_THROWS_AS(static_cast<void>(any_grid(grid::uniform{}).levels(p, 0)), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(any_grid(grid::uniform{}).levels(p, -3)), bad_argument);
}
