// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Runge-Kutta methods that start without any signal (alpha = 0), as flow matching does at t = 1,
// keep their order: against the quantile map of a mixture.
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "quantile_flow.hpp"

#include <doctest/doctest.h>

using namespace diffgen;

namespace {

template <class Kernel, class Output>
void check_orders() {
    const testing::interval time{1, 0.2, 16};
    const auto check = [&](auto s, int order) {
        testing::check_order(schedule::rectified{}, Kernel{}, Output{}, s, time, order);
    };
    check(solver::ddim{}, 1);
    check(solver::euler{}, 1);
    check(solver::heun{}, 2);
    check(solver::runge_kutta<solver::tableau::heun, solver::in_signal>{}, 2);
    check(solver::runge_kutta<solver::tableau::rk4, solver::in_signal>{}, 4);
}

}  // namespace

TEST_CASE("from pure noise") {
    check_orders<kernel::linear_interpolant, flow>();
    check_orders<kernel::linear_interpolant, denoised>();
    check_orders<kernel::variance_preserving, velocity>();
}
