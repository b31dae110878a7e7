// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// One step and two on every grid, from noise at the end of the schedule and from pure noise:
// finite, and at the clean end on one-point data the point itself.
#include <diffgen/grid/any_grid.hpp>
#include <diffgen/grid/discrete.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>

#include "affine_moments.hpp"
#include "solvers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace conformance;
using namespace diffgen;
using testing::moments;

namespace {

void check_run(const process_view& p, const entry& e, const std::vector<noise_level>& levels) {
    const noise_level &first = levels.front(), &last = levels.back();
    if (first.alpha == 0 && !e.promises.from_pure_noise) return;
    CAPTURE(e.name);
    const auto run = [&](const moments& data) {
        return testing::run_moments(p, e.solver, levels, data, marginal(data, first));
    };
    const moments wide = run({0.7, 0.3}), point = run({0.7, 0});
    CHECK(std::isfinite(wide.mean));
    CHECK(std::isfinite(wide.variance));
    if (!last.is_clean() || !e.promises.ends_clean) return;
    CHECK(std::fabs(point.mean - 0.7) < 1e-12);
    CHECK(std::fabs(point.variance) < 1e-20);
}

void check_grid(const std::string& grid_name, const process_view& p, const any_grid& g) {
    CAPTURE(grid_name);
    for (const int n : {1, 2}) {
        CAPTURE(n);
        const auto levels = g.levels(p, n);
        for (const entry& e : solvers())
            if (!e.solver.tunes()) check_run(p, e, levels);
    }
}

void check_grids(const process_view& p) {
    check_grid("uniform", p, grid::uniform{});
    check_grid("quadratic", p, grid::quadratic{});
    check_grid("karras", p, grid::karras{});
    check_grid("log_snr", p, grid::log_snr{});
    check_grid("sigmas, 1 step", p, grid::sigmas({1.5, 0}));
    check_grid("sigmas, 2 steps", p, grid::sigmas({1.5, 0.4, 0}));
    check_grid("sigmas, noisy end", p, grid::sigmas({1.5, 0.4}));
}

}  // namespace

TEST_CASE("continuous schedules") {
    const process vp(schedule::linear_beta{}, kernel::variance_preserving{});
    check_grids(process_view(vp));
    check_grid("stop_at", process_view(vp), grid::uniform{.stop_at = 0.2});
    check_grid("times", process_view(vp), grid::times({0.9, 0.4, 0.1}));
    const process ve(schedule::edm{}, kernel::variance_exploding{});
    check_grids(process_view(ve));
}

TEST_CASE("discrete schedules") {
    const process p(schedule::scaled_linear{}, kernel::variance_preserving{});
    check_grids(process_view(p));
    check_grid("trailing", process_view(p), grid::trailing{});
    check_grid("leading", process_view(p), grid::leading{.offset = 1});
    check_grid("linspace", process_view(p), grid::linspace{});
}

TEST_CASE("from pure noise") {
    const process p(schedule::rectified{}, kernel::linear_interpolant{});
    check_grid("uniform", process_view(p), grid::uniform{});
    check_grid("quadratic", process_view(p), grid::quadratic{});
    check_grid("stop_at", process_view(p), grid::uniform{.stop_at = 0.2});
}
