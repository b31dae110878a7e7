// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/grid/karras.hpp>
#include <diffgen/grid/shifted.hpp>
#include <diffgen/grid/uniform.hpp>

#include "compare.hpp"
#include "grid_testing.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using testing::relative_error;

TEST_CASE("shifted grids on every process, from one step on") {
    testing::check_on_processes(grid::shifted{grid::uniform{}, 3});
    testing::check_on_processes(grid::shifted{grid::karras{}, 0.4});
    testing::check_on_processes(grid::shift_terminal{grid::uniform{}, 0.1});
    testing::check_on_processes(grid::shift_terminal{grid::shifted{grid::uniform{}, 5}, 0.02});
}

TEST_CASE("shifted: Esser et al. 2024, eq. 23, in long double") {
    const process typed(schedule::rectified{}, kernel::linear_interpolant{});
    const process_view p(typed);
    for (const double shift : {0.5, 1., 3., 12.}) {
        const auto l = grid::shifted{grid::uniform{}, shift}.levels(p, 20);
        for (int k = 0; k <= 20; ++k) {
            const long double s = (20 - k) / 20.L;
            const auto expected = static_cast<double>(shift * s / (1 + (shift - 1) * s));
            CHECK(std::fabs(l[static_cast<std::size_t>(k)].sigma - expected) < 1e-15);
        }
    }
    CHECK_THROWS_AS(static_cast<void>(grid::shifted{grid::uniform{}, 0.}.levels(p, 4)),
                    bad_argument);
}

TEST_CASE("shifted: a schedule that stops short of pure noise keeps its ends") {
    const process typed(schedule::rectified{.last = 0.8}, kernel::linear_interpolant{});
    const process_view p(typed);
    const auto l = grid::shifted{grid::uniform{}, 3}.levels(p, 8);
    for (int k = 0; k <= 8; ++k) {
        const double part = (8 - k) / 8.;
        CHECK(std::fabs(l[static_cast<std::size_t>(k)].sigma - 0.8 * 3 * part / (1 + 2 * part)) <
              1e-15);
    }
}

TEST_CASE("shift_terminal: affine in sigma, from the first level to the terminal one") {
    const process typed(schedule::rectified{}, kernel::linear_interpolant{});
    const process_view p(typed);
    const auto l = grid::shift_terminal{grid::uniform{}, 0.1}.levels(p, 5);
    // 1, 0.8 .. 0.2 become 1 - (1 - sigma) 0.9 / 0.8
    for (int k = 0; k < 5; ++k)
        CHECK(std::fabs(l[static_cast<std::size_t>(k)].sigma - (1 - 0.2 * k * 0.9 / 0.8)) < 1e-15);
    CHECK(l[5].is_clean());
    CHECK(grid::shift_terminal{grid::uniform{}, 0.1}.levels(p, 1).front().sigma == 1);
    CHECK_THROWS_AS(static_cast<void>(grid::shift_terminal{grid::uniform{}, 1.}.levels(p, 5)),
                    bad_argument);
}

TEST_CASE("the shifts of a resolution") {
    CHECK(grid::shift_of_size(1024. * 1024, 256. * 256) == 4);
    const grid::dynamic_shift flux{};
    CHECK(flux.mu(256) == 0.5);
    CHECK(relative_error(flux.mu(4096), 1.15) < 1e-15);
    CHECK(relative_error(flux.linear(2176), 0.825) < 1e-15);  // half way
    CHECK(relative_error(flux.exponential(2176), std::exp(0.825)) < 1e-15);
    CHECK_THROWS_AS(static_cast<void>(grid::shift_of_size(0, 1)), bad_argument);
    const grid::dynamic_shift flat{.base_tokens = 256, .most_tokens = 256};
    CHECK_THROWS_AS(static_cast<void>(flat.mu(300)), bad_argument);
}
