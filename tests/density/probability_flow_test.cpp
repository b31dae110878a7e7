// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Log densities by the probability flow against closed forms: rectified time ends in pure noise, so
// that the flow's density is that of the data at t_min, without an error of the prior.
#include <diffgen/density/probability_flow.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/posterior/mixture.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/rectified.hpp>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

const gaussian_mixture<2, 3> three{{0.3, 0.5, 0.2},
                                   {{{-0.8, 0.4}, {0.6, -0.2}, {0.1, 1.2}}},
                                   {{{0.05, 0.2}, {0.1, 0.04}, {0.3, 0.1}}}};
const posterior::mixture same_three = posterior::mixture::diagonal(
    Eigen::Vector3d(0.3, 0.5, 0.2), Eigen::MatrixXd{{-0.8, 0.6, 0.1}, {0.4, -0.2, 1.2}},
    Eigen::MatrixXd{{0.05, 0.1, 0.3}, {0.2, 0.04, 0.1}});
const std::vector<double> points{-0.8, 0.4, 0.2, 0.1, 1.4, -1, -2, 2.5};

template <class Flow>
void check_against_mixture(const Flow& flow, double tolerance) {
    auto x = points;
    const auto found = flow.log_density(batch(x, 4));
    CHECK(x == points);
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(std::abs(found.values[i] - same_three.at(flow.data_level())
                                             .log_density(Eigen::Vector2d(
                                                 points[2 * i], points[2 * i + 1]))) < tolerance);
    CHECK(found.errors.empty());
}

constexpr schedule::rectified to_pure_noise{};
const density::adaptive_steps<> fine{.absolute = 1e-9, .relative = 1e-9};

}  // namespace

TEST_CASE("mixtures to 1e-6, under every kernel") {
    check_against_mixture(
        density::probability_flow{to_pure_noise, kernel::linear_interpolant{}, exact(three), fine},
        1e-6);
    check_against_mixture(
        density::probability_flow{to_pure_noise, kernel::variance_preserving{}, exact(three), fine},
        1e-6);
    check_against_mixture(
        density::probability_flow{to_pure_noise, kernel::sub_variance_preserving{}, exact(three),
                                  fine},
        1e-6);
}

TEST_CASE("a Gaussian under the exploding kernel, whose last level is no pure noise") {
    const gaussian_mixture<1, 1> one{{1}, {{{0}}}, {{{0.25}}}};
    density::probability_flow flow{
        schedule::edm{},  kernel::variance_exploding{}, exact(one), fine, density::exact_trace{},
        {{}, {}, 6400.25}};
    std::vector<double> x{-1, -0.2, 0.7};
    const auto found = flow.log_density(batch(x, 3));
    const double v = 0.25 + 0.002 * 0.002;
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(std::abs(found.values[i] + 0.5 * (x[i] * x[i] / v + std::log(2 * M_PI * v))) < 1e-6);
}

TEST_CASE("any variable and tableau, at the tableau's order") {
    namespace tableau = solver::tableau;
    const auto error = [&]<class Tableau, class Variable>(Tableau, Variable, int steps) {
        density::probability_flow flow{
            to_pure_noise,          kernel::variance_preserving{},
            exact(three),           density::fixed_steps<Tableau, Variable>{.steps = steps},
            density::exact_trace{}, {0.05, 0.9, {}}};
        density::probability_flow limit{
            to_pure_noise,          kernel::variance_preserving{},
            exact(three),           density::adaptive_steps<>{1e-12, 1e-12},
            density::exact_trace{}, {0.05, 0.9, {}}};
        auto x = points;
        return std::abs(flow.log_density(batch(x, 4)).values[1] -
                        limit.log_density(batch(x, 4)).values[1]);
    };
    const auto order = [&](auto t, auto v, int n) {
        return std::log2(error(t, v, n) / error(t, v, 2 * n));
    };
    CHECK(std::abs(order(tableau::euler{}, solver::in_angle{}, 256) - 1) < 0.1);
    CHECK(std::abs(order(tableau::euler{}, solver::in_time{}, 256) - 1) < 0.1);
    CHECK(std::abs(order(tableau::heun{}, solver::in_sigma{}, 512) - 2) < 0.2);
    CHECK(std::abs(order(tableau::ralston{}, solver::in_signal{}, 512) - 2) < 0.3);
    CHECK(std::abs(order(tableau::rk4{}, solver::in_angle{}, 96) - 4) < 0.3);
}

TEST_CASE("fixed steps begin at pure noise in any variable") {
    using steps = density::fixed_steps<solver::tableau::rk4, solver::in_time>;
    steps in_time;
    const process p{to_pure_noise, kernel::linear_interpolant{}};
    for (int i = 0; i <= 400; ++i)
        in_time.levels.push_back(p.level(0.02 + 0.98 * i / 400));
    check_against_mixture(density::probability_flow{to_pure_noise,
                                                    kernel::linear_interpolant{},
                                                    exact(three),
                                                    in_time,
                                                    density::exact_trace{},
                                                    {0.02, {}, {}}},
                          2e-3);
}

TEST_CASE("a flow and its inverse") {
    const density::probability_flow flow{to_pure_noise, kernel::linear_interpolant{}, exact(three),
                                         fine};
    auto x = points;
    const auto there = flow.encode(batch(x, 4));
    std::vector<double> back(8);
    const auto densities = flow.decode(there.latents, batch(back, 4));
    for (std::size_t i = 0; i < 8; ++i)
        CHECK(std::abs(back[i] - points[i]) < 1e-7);
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(std::abs(densities.values[i] - there.densities.values[i]) < 1e-6);

    // What comes along with samples is the density of these.
    std::vector<double> drawn(40);
    const auto along = flow.generate(batch(drawn, 20), 7);
    const auto alone = flow.log_density(batch(drawn, 20));
    for (std::size_t i = 0; i < 20; ++i)
        CHECK(std::abs(along.values[i] - alone.values[i]) < 1e-6);
}

TEST_CASE("a sample has the figures that it has alone") {
    const density::probability_flow flow{
        to_pure_noise, kernel::linear_interpolant{}, exact(three),
        density::adaptive_steps<>{.absolute = 1e-4, .relative = 1e-4},
        density::hutchinson<density::gaussian>{.number = 3, .seed = 5}};
    auto x = points;
    const auto all = flow.log_density(batch(x, 4));
    const auto third = flow.log_density(batch(x.data() + 4, 2, 1), 2);
    CHECK(third.values[0] == all.values[2]);
    CHECK(third.errors[0] == all.errors[2]);
}

TEST_CASE("bad input") {
    using density::probability_flow;
    const kernel::linear_interpolant k{};
    using flow =
        probability_flow<schedule::rectified, kernel::linear_interpolant, decltype(exact(three))>;
    CHECK_THROWS_WITH_AS((flow{to_pure_noise, k, exact(three), {}, {}, {0.5, 0.2, {}}}),
                         "diffgen: a flow between data at t = 0.5 and the prior at t = 0.2; the "
                         "data have less noise, and not none",
                         bad_argument);
    CHECK_THROWS_AS((flow{to_pure_noise, k, exact(three), {}, {}, {0., {}, {}}}), bad_argument);
    CHECK_THROWS_AS((flow{to_pure_noise, k, exact(three), {}, {}, {{}, {}, -1.}}), bad_argument);
    CHECK_THROWS_AS((flow{to_pure_noise, k, exact(three), {.absolute = -1}}), bad_argument);
    const flow good{to_pure_noise, k, exact(three)};
    std::vector<double> x(9);
    CHECK_THROWS_AS(static_cast<void>(good.log_density(batch(x, 3))), bad_shape);
    CHECK_THROWS_AS(good.decode({1, 2}, batch(x, 3)), bad_shape);
    x[0] = NAN;
    CHECK_THROWS_AS(static_cast<void>(good.log_density(batch(x.data(), 8, 4))), non_finite);
}
