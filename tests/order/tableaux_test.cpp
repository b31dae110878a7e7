// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Global orders of the Runge-Kutta tableaux, against the quantile map of a mixture.
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "check_refused.hpp"
#include "quantile_flow.hpp"

#include <doctest/doctest.h>

using namespace diffgen;
using namespace diffgen::solver;

namespace {

template <class Schedule, class Kernel>
void check_all(Schedule schedule, Kernel kernel, const testing::interval& time) {
    const auto check = [&](auto tableau) {
        using method = runge_kutta<decltype(tableau)>;
        testing::check_order(schedule, kernel, epsilon{}, method{tableau}, time, method::order);
    };
    check(tableau::midpoint{});
    check(tableau::ralston{});
    check(tableau::second_order{0.7});
    check(tableau::kutta3{});
    check(tableau::heun3{});
    check(tableau::ssprk3{});
    check(tableau::bogacki_shampine{});
}

}  // namespace

TEST_CASE("variance preserving") {
    check_all(schedule::linear_beta{}, kernel::variance_preserving{}, {0.5, 0.1, 32});
}

TEST_CASE("variance exploding") {
    check_all(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5}, kernel::variance_exploding{},
              {0.9, 0.2, 64});
}

TEST_CASE("order 5, from step sizes between its asymptotic range and rounding") {
    testing::check_order(schedule::linear_beta{}, kernel::variance_preserving{}, epsilon{},
                         dormand_prince{}, {0.3, 0.05, 16}, 5);
    testing::check_order(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5},
                         kernel::variance_exploding{}, epsilon{},
                         runge_kutta<tableau::dormand_prince, in_time>{}, {0.5, 0.1, 8}, 5);
}

TEST_CASE("the methods of order 2 by their node") {
    const tableau::second_order heun{1}, midpoint{0.5};
    CHECK(heun.b == tableau::heun::b);
    CHECK(heun.a == tableau::heun::a);
    CHECK(midpoint.b == tableau::midpoint::b);
    CHECK(midpoint.a == tableau::midpoint::a);
}

TEST_CASE("a second evaluation outside the step is refused") {
    for (const double node : {0., -0.5, 1.5})
        check_refused<bad_argument>([&] { tableau::second_order{node}.check(); },
                                    {"tableau::second_order", "at most 1"});
}
