// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Restart sampling: its grid, exact moments on Gaussian data, and the identity without restarts.
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/grid/restarted.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/exponential_single.hpp>
#include <diffgen/solver/restart.hpp>

#include "check_refused.hpp"
#include "compare.hpp"
#include "gaussian_reverse.hpp"
#include "mixture_as.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using testing::data;
using testing::moments;
using testing::relative_error;

namespace {

const process edm(schedule::edm{}, kernel::variance_exploding{});
using uniform = grid::restarted<grid::uniform>;

moments end(const process_view& p, const uniform& grid, int n, bool on_marginal) {
    const auto levels = any_grid(grid).levels(p, n);
    moments start = marginal(data, levels.front());
    if (!on_marginal) start = {start.mean + 1.5, start.variance * 2};
    return testing::run_moments(p, solver::restart<>{}, levels, data, start);
}

}  // namespace

TEST_CASE("the levels: down to the one nearest to low, and twice up to high and back") {
    const process_view p = process_view(edm).until(1);
    const uniform grid{
        .main = {.stop_at = 0.2}, .low = 0.42, .high = 0.9, .repeats = 2, .steps = 2, .rho = 1};
    const auto levels = any_grid(grid).levels(p, 4);
    const std::vector<double> expected{1, 0.8, 0.6, 0.4, 0.9, 0.65, 0.4, 0.9, 0.65, 0.4, 0.2};
    REQUIRE(levels.size() == expected.size());
    for (std::size_t i = 0; i < levels.size(); ++i)
        CHECK(relative_error(levels[i].sigma_over_alpha(), expected[i]) < 1e-13);
    CHECK(levels[6].log_snr == levels[3].log_snr);
}

TEST_CASE("the nearest level is that of the least difference, and intervals nest") {
    const process_view p = process_view(edm).until(1);
    // 0.22 is nearer to 0.1 than to 0.4, its logarithm to that of 0.4
    const uniform one{.main = {.stop_at = 0.1}, .low = 0.22, .high = 0.9, .repeats = 1, .steps = 1};
    std::vector<double> ratios;
    const auto all = grid::restarted<uniform>{one, 0.7, 0.95, 1, 1}.levels(p, 3);
    for (const noise_level& l : all)
        ratios.push_back(l.sigma_over_alpha());
    const std::vector<double> expected{1, 0.7, 0.95, 0.7, 0.4, 0.1, 0.9, 0.1};
    REQUIRE(ratios.size() == expected.size());
    CHECK(testing::largest_difference(ratios, expected) < 1e-14);
}

TEST_CASE("s_noise scales the noise that is added upwards") {
    const std::vector<noise_level> levels{process_view(edm).level(0.5), process_view(edm).level(2)};
    const solver::restart<> half{.s_noise = 0.5};
    // 1/2 sqrt(2^2 - 0.5^2)
    CHECK(relative_error(half.plan({process_view(edm), levels, 0}, 0).updates[0].form.noise[0],
                         0.5 * std::sqrt(3.75)) < 1e-14);
    check_refused<bad_argument>([] { solver::restart<>{.s_noise = -1}.check(); }, {"s_noise = -1"});
}

TEST_CASE("marginals are kept to the method's order") {
    const auto check = [](const process_view& p, double stop, double low, double high) {
        double before = 0;
        for (int n = 128; n <= 1024; n *= 2) {
            const uniform grid{
                .main = {.stop_at = stop}, .low = low, .high = high, .repeats = 3, .steps = n / 2};
            const moments exact = marginal(data, any_grid(grid).levels(p, n).back());
            const moments got = end(p, grid, n, true);
            CHECK(relative_error(got.mean, exact.mean) < 1e-12);
            const double now = std::fabs(got.variance - exact.variance);
            CAPTURE(n);
            CAPTURE(now);
            if (before > 0) CHECK(std::fabs(std::log2(before / now) - 2) <= 0.1);
            before = now;
        }
    };
    check(process_view(edm).until(3), 0.2, 0.3, 2);
    const process vp(schedule::linear_beta{}, kernel::variance_preserving{});
    check(process_view(vp).until(0.6), 0.1, 0.5, 1.5);
}

TEST_CASE("every restart contracts a deviation by what the forward and the reverse flow leave") {
    // up a mean keeps its deviation from the marginal's (alpha = 1); down the flow scales it by
    // the ratio of the marginal deviations
    const process_view p = process_view(edm).until(3);
    const auto deviation = [&](int repeats) {
        const uniform grid{
            .main = {.stop_at = 0.2}, .low = 0.2, .high = 2, .repeats = repeats, .steps = 2000};
        return end(p, grid, 2000, false).mean - data.mean;
    };
    const double factor = std::sqrt((data.variance + 0.04) / (data.variance + 4));
    const double none = deviation(0);
    CHECK(relative_error(deviation(1) / none, factor) < 1e-5);
    CHECK(relative_error(deviation(3) / none, factor * factor * factor) < 1e-5);
}

TEST_CASE("without a rise it is its method: the same bits") {
    const auto run = [](const auto& solver, const any_grid& grid) {
        sampler s{schedule::edm{}, kernel::variance_exploding{},
                  testing::batched_predictor(denoised{}, testing::three_in_2d), solver};
        std::vector<double> x(40);
        s.generate(exec::cpp, batch(x, 20), {.steps = 12, .seed = 3, .grid = grid});
        return x;
    };
    const auto plain = run(solver::heun{}, grid::karras{});
    CHECK(run(solver::restart<>{}, grid::karras{}) == plain);
    CHECK(run(solver::restart<>{}, grid::restarted<grid::karras>{.repeats = 0}) == plain);
    CHECK(run(solver::restart<>{}, grid::restarted<grid::karras>{}) != plain);
}

TEST_CASE("bad intervals are refused") {
    const process_view p = process_view(edm).until(3);
    const auto refused = [&](const uniform& grid, std::initializer_list<std::string_view> parts) {
        check_refused<bad_argument>([&] { (void)grid.levels(p, 8); }, parts);
    };
    refused({.low = 0.5, .high = 0.4}, {"low = 0.5", "high = 0.4"});
    refused({.repeats = -1}, {"-1 repeats"});
    refused({.steps = 0}, {"0 steps"});
    refused({.rho = 0}, {"rho = 0"});
    refused({.main = {.stop_at = 1}, .low = 0.1, .high = 0.5}, {"high = 0.5", "below high"});
}
