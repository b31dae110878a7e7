// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The table of docs/concepts/run.md that says how near an inversion comes back: each cell is what
// the library computes, to the digits shown.
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/grid/inverted.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/philox.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "page_table.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 512;
constexpr double nearly_clean = 0.01;

/// Eight narrow Gaussians on a circle of radius 2, of two weights.
gaussian_mixture<2, 8> circle() {
    gaussian_mixture<2, 8> m{};
    for (std::size_t k = 0; k < 8; ++k) {
        const double angle = std::acos(-1.) * static_cast<double>(k) / 4;
        m.weights[k] = k % 2 == 0 ? 0.1 : 0.15;
        m.means[k] = {2 * std::cos(angle), 2 * std::sin(angle)};
        m.variances[k] = {0.04, 0.01};
    }
    return m;
}

double rms_difference(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum / static_cast<double>(a.size()));
}

/// How far a run and its inverse lead from where they began.
struct round_trips {
    double of_noise, of_data;
    double of_noise_from_clean;  ///< where the first run ends at the clean end
};

template <class Solver>
round_trips measure(const Solver& solver, int steps) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(circle()), solver};
    const grid::inverted up{grid::uniform{.stop_at = nearly_clean}};
    const auto down = [&](std::vector<double> x, const any_grid& g) {
        s.generate_from(exec::cpp, 1, batch(x, samples), {.steps = steps, .grid = g});
        return x;
    };
    const auto back_up = [&](std::vector<double> x) {
        s.generate_from(exec::cpp, nearly_clean, batch(x, samples), {.steps = steps, .grid = up});
        return x;
    };
    std::vector<double> noise(2 * samples);
    noise::philox{3}.fill<double>(noise::stream::prior, 0, 0, static_cast<int>(noise.size()),
                                  noise.data());
    const auto data = down(noise, up.main), again = back_up(data);
    return {rms_difference(again, noise), rms_difference(down(again, up.main), data),
            rms_difference(back_up(down(noise, grid::uniform{})), noise)};
}

std::map<std::string, std::vector<round_trips>> measured() {
    using namespace solver;
    const auto both = [](const auto& s) { return std::vector{measure(s, 50), measure(s, 200)}; };
    return {
        {"ddim", both(ddim{})},
        {"dpm_solver_pp_multistep<2>", both(dpm_solver_pp_multistep<2>{})},
        {"dpm_solver_pp_singlestep<2>", both(dpm_solver_pp_singlestep<2>{})},
        {"heun", both(heun{})},
        {"rk4", both(rk4{})},
    };
}

/// Two digits are shown.
void check_cell(const std::string& cell, double value) {
    CAPTURE(cell);
    CAPTURE(value);
    char* end = nullptr;
    const double shown = std::strtod(cell.c_str(), &end);
    REQUIRE(end == cell.c_str() + cell.size());
    CHECK(std::fabs(shown - value) <= 0.051 * std::pow(10, std::floor(std::log10(value))));
}

}  // namespace

TEST_CASE("the table of runs and their inverses") {
    const auto all = measured();
    const auto table = testing::page_table("concepts/run.md", "inversion");
    CHECK(table.size() == all.size());
    for (const auto& row : table) {
        REQUIRE(row.size() == 6);
        CAPTURE(row[0]);
        REQUIRE(all.contains(row[0]));
        const auto& m = all.at(row[0]);
        check_cell(row[1], m[0].of_noise);
        check_cell(row[2], m[1].of_noise);
        check_cell(row[3], m[0].of_data);
        check_cell(row[4], m[1].of_data);
        check_cell(row[5], m[1].of_noise_from_clean);
    }
}
