// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/grid/comfy.hpp>

#include "compare.hpp"
#include "grid_testing.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

std::vector<double> times_of(const std::vector<noise_level>& levels) {
    std::vector<double> t;
    for (const auto& l : levels)
        t.push_back(l.t);
    return t;
}

}  // namespace

TEST_CASE("sgm_uniform, simple and ddim_uniform have n steps for every n") {
    testing::check_on_processes(grid::sgm_uniform{});
    testing::check_on_discrete(grid::simple{});
    testing::check_on_discrete(grid::ddim_uniform{});
    const process ddpm(schedule::linear{}, kernel::variance_preserving{});
    for (int n = 1; n <= 1000; ++n) {
        REQUIRE(grid::simple{}.levels(process_view(ddpm), n).size() ==
                static_cast<std::size_t>(n) + 1);
        REQUIRE(grid::ddim_uniform{}.levels(process_view(ddpm), n).size() ==
                static_cast<std::size_t>(n) + 1);
    }
    CHECK_THROWS_AS(static_cast<void>(grid::ddim_uniform{}.levels(process_view(ddpm), 1001)),
                    bad_argument);
}

TEST_CASE("their timesteps, from the definitions by hand") {
    const process typed(schedule::linear{}, kernel::variance_preserving{});
    const process_view p(typed);
    // numpy: np.linspace(999, 0, n + 1)[:-1]
    CHECK(testing::largest_difference(times_of(grid::sgm_uniform{}.levels(p, 4)),
                                      std::vector<double>{999, 749.25, 499.5, 249.75, -1}) == 0);
    // entry -(1 + int(k * 1000 / 6)): 166.7 -> 166, 333, 500, 666, 833
    CHECK(testing::largest_difference(times_of(grid::simple{}.levels(p, 6)),
                                      std::vector<double>{999, 833, 666, 499, 333, 166, -1}) == 0);
    // from 1 on in steps of 1000 // 4
    CHECK(testing::largest_difference(times_of(grid::ddim_uniform{}.levels(p, 4)),
                                      std::vector<double>{751, 501, 251, 1, -1}) == 0);
    const auto all = times_of(grid::ddim_uniform{}.levels(p, 1000));
    CHECK(all.front() == 999);
    CHECK(all[999] == 0);
    // a run from the middle: 300 entries are left
    CHECK(grid::ddim_uniform{}.levels(p.until(299), 300).front().t == 299);
    CHECK(grid::ddim_uniform{}.levels(p.until(299), 3).front().t == 201);
    CHECK(grid::simple{}.levels(p.until(299), 7).front().t == 299);
}
