// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Weak orders of the stochastic solvers, without a sample: on Gaussian data the mean and the
// variance of a run follow an exact recursion (support/affine_moments.hpp), and must tend to those
// of the marginal at the level where the run ends.
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/schedule/stationary.hpp>
#include <diffgen/schedule/sub_vp.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/euler_maruyama.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/predictor_corrector.hpp>

#include "compare.hpp"
#include "gaussian_reverse.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

using namespace diffgen;
using testing::data;
using testing::moments;
using testing::relative_error;

namespace {

template <class Schedule, class Kernel>
void check_solvers(Schedule schedule, Kernel kernel, double from, double to) {
    const process typed(schedule, kernel);
    const process_view p = process_view(typed).until(from);
    // exact_mean: the solver takes the posterior's mean with E[x_0 | x_s] for x_0, which on any
    // data is E[x_t | x_s] itself, in steps of any size
    const auto check = [&](const std::string& name, const auto& s, double eta,
                           bool exact_mean = false) {
        CAPTURE(name);
        testing::check_weak_order(p, to, s, eta, 512, 3,
                                  {exact_mean ? testing::weak_orders::exact : 1, 1});
    };
    using solver::variance;
    check("euler_maruyama", solver::euler_maruyama{}, 1);
    // with alpha = 1 its mean is the posterior's
    check("reverse_diffusion", solver::reverse_diffusion{}, 1,
          std::is_same_v<Kernel, kernel::variance_exploding>);
    check("ancestral, posterior", solver::ancestral{}, 1, true);
    check("ancestral, transition", solver::ancestral{.variance = variance::transition}, 1, true);
    check("ddim, eta 1", solver::ddim{.eta = 1}, 1, true);
    check("ddim, eta 0.5", solver::ddim{.eta = 0.5}, 0.5);
}

}  // namespace

TEST_CASE("weak order 1 on the variance-preserving kernel") {
    check_solvers(schedule::linear_beta{}, kernel::variance_preserving{}, 0.7, 0.1);
}

TEST_CASE("weak order 1 on the variance-exploding kernel") {
    check_solvers(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5},
                  kernel::variance_exploding{}, 0.9, 0.2);
}

TEST_CASE("weak order 1 on the sub-variance-preserving kernel") {
    check_solvers(schedule::sub_vp{schedule::linear_beta{}}, kernel::sub_variance_preserving{}, 0.7,
                  0.1);
}

TEST_CASE("weak order 1 on the linear interpolant") {
    check_solvers(schedule::rectified{}, kernel::linear_interpolant{}, 0.8, 0.2);
}

TEST_CASE("churn keeps the marginals to its method's order: the added noise is exact") {
    const process typed(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5},
                        kernel::variance_exploding{});
    const process_view p = process_view(typed).until(0.9);
    const auto check = [&](const auto& s, int order, int n) {
        double before = 0;
        for (int doubling = 0; doubling <= 3; ++doubling) {
            const auto levels = grid::uniform{.stop_at = 0.2}.levels(p, n << doubling);
            const moments got =
                testing::run_moments(p, s, levels, data, marginal(data, levels.front()));
            const moments exact = marginal(data, levels.back());
            CHECK(relative_error(got.mean, exact.mean) < 1e-13);
            const double now = std::fabs(got.variance - exact.variance);
            if (doubling > 0) CHECK(std::fabs(std::log2(before / now) - order) <= 0.1);
            before = now;
        }
    };
    check(solver::churn<>{.amount = 10, .s_min = 0, .s_noise = 1}, 2, 128);
    check(solver::churn<solver::euler>{.amount = 10, .s_min = 0, .s_noise = 1}, 1, 512);
}

TEST_CASE("on one-point data ancestral sampling is exact in any number of steps") {
    // the posterior given x_0 is then the reverse transition itself
    const moments point{0.7, 0};
    const process typed(schedule::linear_beta{}, kernel::variance_preserving{});
    const process_view p(typed);
    const auto levels = grid::uniform{.stop_at = 0.05}.levels(p, 3);
    const moments end = marginal(point, levels.back());
    for (const auto& got : {testing::run_moments(p, solver::ancestral{}, levels, point,
                                                 marginal(point, levels.front())),
                            testing::run_moments(p, solver::ddim{.eta = 1}, levels, point,
                                                 marginal(point, levels.front())),
                            testing::run_moments(p, solver::ddim{.eta = 0.3}, levels, point,
                                                 marginal(point, levels.front()))}) {
        CHECK(relative_error(got.mean, end.mean) < 1e-13);
        CHECK(relative_error(got.variance, end.variance) < 1e-12);
    }
}

TEST_CASE("on standard normal data the transition's variance is exact in any number of steps") {
    const moments normal{0, 1};
    const process typed(schedule::linear_beta{}, kernel::variance_preserving{});
    const process_view p(typed);
    const auto levels = grid::uniform{.stop_at = 0.05}.levels(p, 3);
    const moments got = testing::run_moments(
        p, solver::ancestral{.variance = solver::variance::transition}, levels, normal, normal);
    CHECK(relative_error(got.variance, 1) < 1e-13);
}

TEST_CASE("Langevin dynamics settles at v / (1 - delta / (4 v)), the AR(1) variance of its step") {
    // x' = (1 - delta / (2 v)) x + sqrt(delta) z on N(m, v), v that of the level
    const process typed(schedule::stationary{}, kernel::variance_exploding{});
    const process_view p(typed);
    const moments at{0.7, 1.3};  // alpha = sigma = 1: the data's variance and 1
    const double delta = 0.2;
    const auto levels = grid::uniform{}.levels(p, 400);
    const moments got =
        testing::run_moments(p, solver::langevin{.delta = delta}, levels, data, {-3, 0.1});
    CHECK(relative_error(got.mean, at.mean) < 1e-12);
    CHECK(relative_error(got.variance, at.variance / (1 - delta / (4 * at.variance))) < 1e-12);
}

TEST_CASE("correctors pull a wrong predictor's variance to the marginal's") {
    const process typed(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5},
                        kernel::variance_exploding{});
    const process_view p = process_view(typed).until(0.9);
    const auto levels = grid::uniform{.stop_at = 0.2}.levels(p, 8);
    const moments exact = marginal(data, levels.back()), start = marginal(data, levels.front());
    const solver::euler_maruyama plain{};
    const solver::predictor_corrector corrected(plain, solver::langevin{.delta = 0.02}, 200);
    const double before = testing::run_moments(p, plain, levels, data, start).variance;
    const double after = testing::run_moments(p, corrected, levels, data, start).variance;
    // the corrector's own limit is v / (1 - delta / (4 v)), 1.2 % above v = 0.43
    CHECK(std::fabs(after / exact.variance - 1) < 0.02);
    CHECK(std::fabs(before / exact.variance - 1) > 0.05);
}

TEST_CASE("the recursion is what a run does: its affine map, read off two runs") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              exact(gaussian_mixture<1, 1>{{1}, {{{data.mean}}}, {{{data.variance}}}}),
              solver::heun{}};
    const options o{.steps = 7, .grid = grid::uniform{.stop_at = 0.1}};
    std::vector<double> x{0, 1};
    s.generate_from(exec::cpp, 0.8, batch(x, 2), o);
    const double slope = x[1] - x[0];
    const process_view p = process_view(s.process).until(0.8);
    const auto levels = o.grid.levels(p, o.steps);
    const moments got = testing::run_moments(p, s.solver, levels, data, {0.3, 2.});
    CHECK(relative_error(got.mean, x[0] + 0.3 * slope) < 1e-12);
    CHECK(relative_error(got.variance, 2 * slope * slope) < 1e-12);
}
