// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Orders of the deterministic solvers, for every kernel and three predictions, on a mixture in one
// dimension. There the probability flow keeps quantiles: x_t = F_t^-1(F_s(x_s)), F the marginal
// distribution function, which gives its solution without any solver.
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/schedule/sub_vp.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "compare.hpp"
#include "mixture_as.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

const gaussian_mixture<1, 2> data{{0.4, 0.6}, {{{-0.8}, {0.9}}}, {{{0.3}, {0.2}}}};

/// The distribution function of x_t for x_0 from `data`, from the nearer tail.
double distribution(const noise_level& l, double x) {
    double sum = 0;
    for (std::size_t k = 0; k < 2; ++k) {
        const double deviation =
            std::sqrt(l.alpha * l.alpha * data.variances[k][0] + l.sigma * l.sigma);
        sum += 0.5 * data.weights[k] *
               std::erfc((l.alpha * data.means[k][0] - x) / (deviation * std::sqrt(2.)));
    }
    return sum;
}

/// The probability flow from level s to level t.
double flow_map(const noise_level& s, const noise_level& t, double x) {
    const double quantile = distribution(s, x);
    double low = -100, high = 100;
    for (double mid = 0.5 * (low + high); mid > low && mid < high; mid = 0.5 * (low + high))
        (distribution(t, mid) < quantile ? low : high) = mid;
    return low;
}

struct interval {
    double from, to;  ///< times
    int steps;        ///< coarsest number of steps
};

/// Largest error of the run with n steps over a few starting points.
template <class Sampler>
double error(Sampler& s, const interval& time, int n) {
    const noise_level from = s.process.level(time.from), to = s.process.level(time.to);
    const double deviation = std::sqrt(from.alpha * from.alpha + from.sigma * from.sigma);
    std::vector<double> x, expected;
    for (const double z : {-1.7, -0.9, -0.2, 0.1, 0.6, 1.4}) {
        x.push_back(deviation * z);
        expected.push_back(flow_map(from, to, x.back()));
    }
    s.generate_from(exec::cpp, time.from, batch(x, x.size()),
                    {.steps = n, .grid = grid::uniform{.stop_at = time.to}});
    return testing::largest_difference(x, expected);
}

template <class Schedule, class Kernel, class Output, class Solver>
void check_order(Schedule schedule, Kernel kernel, Output output, Solver solver,
                 const interval& time, int order) {
    sampler s{schedule, kernel, testing::batched_predictor(output, data), solver};
    // first-order methods reach their asymptotic range later
    const int n = order == 1 ? 16 * time.steps : time.steps;
    double before = error(s, time, n);
    for (int doubling = 1; doubling <= 3; ++doubling) {
        const double now = error(s, time, n << doubling);
        CAPTURE(Output::name);
        CAPTURE(order);
        CAPTURE(now);
        const double measured = std::log2(before / now);
        CHECK(std::fabs(measured - order) <= 0.1);
        before = now;
    }
}

template <class Output, class Schedule, class Kernel>
void check_solvers(Schedule schedule, Kernel kernel, const interval& time) {
    using namespace solver;
    const auto check = [&](auto s, int order) {
        check_order(schedule, kernel, Output{}, s, time, order);
    };
    check(ddim{}, 1);
    check(euler{}, 1);
    check(probability_flow_euler{}, 1);
    check(heun{}, 2);
    check(runge_kutta<tableau::heun, in_time>{}, 2);
    check(rk4{}, 4);
    check(runge_kutta<tableau::rk4, in_time>{}, 4);
}

template <class Schedule, class Kernel>
void check_predictions(Schedule schedule, Kernel kernel, const interval& time) {
    check_solvers<epsilon>(schedule, kernel, time);
    check_solvers<denoised>(schedule, kernel, time);
    check_solvers<velocity>(schedule, kernel, time);
}

}  // namespace

TEST_CASE("the quantile map is the flow: its derivative is f x - g^2 score / 2") {
    const process p(schedule::linear_beta{}, kernel::variance_preserving{});
    const double t = 0.4, h = 1e-3, x = 0.37;
    const noise_level here = p.level(t);
    const double slope =
        (flow_map(here, p.level(t + h), x) - flow_map(here, p.level(t - h), x)) / (2 * h);
    const double denoised = data.at(level_as<double>(here))(std::array{x})[0];
    const double score = (here.alpha * denoised - x) / (here.sigma * here.sigma);
    CHECK(std::fabs(slope - (p.drift(t) * x - 0.5 * p.diffusion_squared(t) * score)) <
          1e-5);  // h^2
}

TEST_CASE("orders on the variance-preserving kernel") {
    check_predictions(schedule::linear_beta{}, kernel::variance_preserving{}, {0.5, 0.1, 32});
}

TEST_CASE("orders on the variance-exploding kernel") {
    check_predictions(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5},
                      kernel::variance_exploding{}, {0.9, 0.2, 32});
}

TEST_CASE("orders on the sub-variance-preserving kernel") {
    check_predictions(schedule::sub_vp{schedule::linear_beta{}}, kernel::sub_variance_preserving{},
                      {0.5, 0.15, 32});
}

TEST_CASE("orders on the linear interpolant") {
    check_predictions(schedule::rectified{}, kernel::linear_interpolant{}, {0.7, 0.2, 32});
}
