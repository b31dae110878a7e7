// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every grid must give on every kind of process, from one step on.

#include <diffgen/grid/any_grid.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

namespace testing {

/// n + 1 finite levels, ever less noise, clean at the end.
inline void check_levels(const diffgen::process_view& p, const diffgen::any_grid& g, int n) {
    CAPTURE(n);
    const std::vector<diffgen::noise_level> l = g.levels(p, n);
    REQUIRE(l.size() == static_cast<std::size_t>(n) + 1);
    for (std::size_t i = 0; i + 1 < l.size(); ++i) {
        CAPTURE(i);
        CHECK(std::isfinite(l[i].alpha));
        CHECK((std::isfinite(l[i].sigma) && l[i].sigma > 0));
        CHECK(l[i + 1].log_snr > l[i].log_snr);
    }
    CHECK(l.back().is_clean());
}

/// On a discrete process, and with no table on continuous ones.
inline void check_on_discrete(const diffgen::any_grid& g) {
    using namespace diffgen;
    const process ddpm(schedule::linear{}, kernel::variance_preserving{});
    const process capped(schedule::cosine{100}, kernel::variance_exploding{});
    for (const int n : {1, 2, 3, 7, 10, 50, 97, 100}) {
        check_levels(process_view(ddpm), g, n);
        check_levels(process_view(capped), g, n);
    }
}
inline void check_on_processes(const diffgen::any_grid& g) {
    using namespace diffgen;
    check_on_discrete(g);
    const process vp(schedule::linear_beta{}, kernel::variance_preserving{});
    const process ve(schedule::geometric{}, kernel::variance_exploding{});
    const process edm(schedule::edm{}, kernel::variance_exploding{});
    const process flow(schedule::rectified{}, kernel::linear_interpolant{});
    const process short_flow(schedule::rectified{.last = 0.99}, kernel::linear_interpolant{});
    for (const int n : {1, 2, 3, 7, 10, 50, 97})
        for (const process_view& p : {process_view(vp), process_view(ve), process_view(edm),
                                      process_view(flow), process_view(short_flow)}) {
            check_levels(p, g, n);
            CHECK(g.levels(p, n).front().t == p.t_max());
        }
}

}  // namespace testing
