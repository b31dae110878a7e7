// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Equal steps of sigma / (alpha + sigma): on straight paths those of time, elsewhere what the shift
// says.

#include <diffgen/grid/shifted.hpp>
#include <diffgen/grid/straight.hpp>
#include <diffgen/grid/uniform.hpp>

#include "grid_testing.hpp"

TEST_CASE("straight: levels of every number of steps on every process") {
    for (const double shift : {0.2, 1., 3.}) {
        CAPTURE(shift);
        testing::check_on_processes(diffgen::grid::straight{shift});
    }
}

TEST_CASE("straight: on straight paths it is uniform, and its shift is that of grid::shifted") {
    using namespace diffgen;
    const process flow(schedule::rectified{}, kernel::linear_interpolant{});
    const process_view p(flow);
    for (const double shift : {0.4, 1., 3.}) {
        const auto a = grid::straight{shift}.levels(p, 12);
        const auto b = grid::shifted{grid::uniform{}, shift}.levels(p, 12);
        for (std::size_t i = 0; i < a.size(); ++i) {
            CAPTURE(i);
            CHECK(a[i].sigma == doctest::Approx(b[i].sigma).epsilon(1e-12));
        }
    }
}

TEST_CASE("straight: both ends stay, and the middle is where the formula puts it") {
    using namespace diffgen;
    const process ddpm(schedule::scaled_linear{}, kernel::variance_preserving{});
    const process_view p(ddpm);
    const double shift = 0.5;
    const auto l = grid::straight{shift}.levels(p, 2);
    CHECK(l[0].log_snr == p.level(999).log_snr);
    CHECK(l[2].is_clean());
    // r = shift s / (1 - s) from the first ratio to s and, at half of that, back
    const double r = l[0].sigma_over_alpha(), s = r / (shift + r);
    CHECK(l[1].sigma_over_alpha() == doctest::Approx(shift * (s / 2) / (1 - s / 2)).epsilon(1e-12));
}

TEST_CASE("straight: a shift that is not above 0 is refused") {
    using namespace diffgen;
    const process flow(schedule::rectified{}, kernel::linear_interpolant{});
    CHECK_THROWS_AS((void)grid::straight{0}.levels(process_view(flow), 2), bad_argument);
}
