// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The table of few-step models of docs/choosing_a_solver.md: each row with a network that is exact
// for data N(0, 1/4), and knows its level and its target by what it is given as times alone. The
// map of such data only scales, by a number that is known.
#include <diffgen/diffgen.hpp>

#include "page_table.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;

namespace {

constexpr double deviation = 0.5;

/// How wide the state is at a level.
double width(double alpha, double sigma) {
    return std::hypot(alpha * deviation, sigma);
}

/// A network of one number: rule(level) is the factor on its input.
template <class Rule>
auto network(Rule rule) {
    return [rule](auto in, auto out, const noise_level& level) {
        const double factor = rule(level.network_time, level.target_time);
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = factor * in.data[i];
    };
}

/// Checks that a run scales its noise as the flow down to `end` does.
template <class Sampler>
void check(const Sampler& s, options o, int evaluations, double end = 0) {
    std::vector<double> x(1);
    o.seed = 3;
    s.draw_prior(exec::cpp, batch(x, 1), o);
    const noise_level first = s.levels(o).front();
    const double expected = x[0] * width(1, end) / width(first.alpha, first.sigma);
    const run_summary done = s.generate(exec::cpp, batch(x, 1), o);
    CHECK(done.evaluations == evaluations);
    CHECK(x[0] == doctest::Approx(expected).epsilon(1e-9));
}

const grid::times lcm_times{{999, 759, 499, 259, -1}};

}  // namespace

TEST_CASE("a consistency model leads to its last noise in one step") {
    constexpr double least = 0.002, of_data = 0.5;
    const auto raw = network([](double label, double) {
        const double sigma = std::exp(4 * label), norm = std::hypot(sigma, of_data);
        const double away = sigma - least;
        const double skip = of_data * of_data / (away * away + of_data * of_data);
        const double out = of_data * away / norm;
        return (width(1, least) / width(1, sigma) - skip) * norm / out;
    });
    const sampler s{
        schedule::edm{}, kernel::variance_exploding{},
        predicts(consistency_preconditioned{of_data, least}, raw, time_input::quarter_log_sigma{}),
        solver::consistency{least}};
    check(s, {.steps = 1, .grid = grid::karras{.ends_at_sigma_min = true}}, 1, least);
}

TEST_CASE("average velocities lead to the data in any number of steps") {
    const auto average = network(
        [](double t, double to) { return (1 - width(1 - to, to) / width(1 - t, t)) / (t - to); });
    const sampler s{schedule::rectified{}, kernel::linear_interpolant{}, predicts(flow{}, average),
                    solver::flow_map{}};
    check(s, {.steps = 1, .grid = grid::straight{1}}, 1);
    check(s, {.steps = 4, .grid = grid::straight{1}}, 4);
}

TEST_CASE("a network of trajectory consistency") {
    const process p{schedule::scaled_linear{}, kernel::variance_preserving{}};
    // the eps for which alpha_to D + sigma_to eps is the state at the target
    const auto net = network([&p](double t, double target) {
        const noise_level from = p.level(t), to = p.level(target);
        const double kept = width(to.alpha, to.sigma) / width(from.alpha, from.sigma);
        const double data = to.alpha / from.alpha;
        return (kept - data) / (to.sigma - data * from.sigma);
    });
    const sampler s{schedule::scaled_linear{}, kernel::variance_preserving{},
                    predicts(epsilon{}, net), solver::tcd{0}};
    check(s, {.grid = lcm_times}, 4);
}

TEST_CASE("a network of CTM") {
    const auto net = network([](double sigma, double target) {
        const double kept = width(1, target) / width(1, sigma);
        return (kept - target / sigma) / (1 - target / sigma);
    });
    const sampler s{schedule::edm{}, kernel::variance_exploding{},
                    predicts(denoised{}, net, time_input::sigma{}), solver::ctm{0}};
    check(s, {.steps = 4, .grid = grid::karras{}}, 4);
}

TEST_CASE("the table has these rows, and that of LCM, which peers_test.cpp holds") {
    CHECK(testing::page_table("choosing_a_solver.md", "few steps").size() == 5);
}
