// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The generalised heavy ball: its order, its weights, and the case that is iPNDM.
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/solver/heavy_ball.hpp>
#include <diffgen/solver/pndm.hpp>

#include "check_refused.hpp"
#include "compare.hpp"
#include "quantile_flow.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using namespace diffgen::solver;

namespace {

template <class Solver>
std::vector<double> run(const Solver& solver) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::batched_predictor(epsilon{}, testing::two_humps), solver};
    std::vector<double> x(20);
    s.generate(exec::cpp, batch(x, 20), {.steps = 12, .seed = 3});
    return x;
}

template <int Order>
void check_is_ipndm() {
    CHECK(testing::largest_difference(run(heavy_ball<Order>{.beta = 1}), run(ipndm<Order>{})) <
          1e-12);
    CHECK(testing::largest_difference(run(heavy_ball<Order>{}), run(ipndm<Order>{})) > 1e-4);
}

}  // namespace

TEST_CASE("orders, with little momentum and with much") {
    for (const double beta : {0.8, 0.4}) {
        CAPTURE(beta);
        testing::check_order(schedule::linear_beta{}, kernel::variance_preserving{}, epsilon{},
                             heavy_ball<2>{beta}, {0.5, 0.1, 256}, 2);
        testing::check_order(schedule::rectified{}, kernel::linear_interpolant{}, flow{},
                             heavy_ball<2>{beta}, {0.7, 0.2, 256}, 2);
        testing::check_order(schedule::linear_beta{}, kernel::variance_preserving{}, epsilon{},
                             heavy_ball<1>{beta}, {0.5, 0.1, 64}, 1);
    }
}

TEST_CASE("without momentum it is iPNDM") {
    check_is_ipndm<1>();
    check_is_ipndm<2>();
    check_is_ipndm<3>();
    check_is_ipndm<4>();
}

TEST_CASE("the fourth step by the numbers of the authors' code") {
    const process vp(schedule::linear_beta{}, kernel::variance_preserving{});
    const process_view p(vp);
    const auto levels = grid::uniform{}.levels(p, 6);
    constexpr double b = 0.7;
    const stage s = heavy_ball<4>{.beta = b}.plan({p, levels, 3}, 0);
    // with v_3 = (1 - b) v_2 + b eps; v_2, v_1, v_0 in registers 3, 2, 1
    const noise_level &from = levels[3], &to = levels[4];
    const double h = to.sigma - to.alpha * from.sigma / from.alpha;
    const double newest = (46 + 9 * b) / (24 * b);
    const auto near = [&](int i, double weight) {
        CHECK(testing::relative_error(s.updates[0].form.registers[static_cast<unsigned>(i)],
                                      h * weight) < 1e-12);
    };
    near(3, (1 - b) * newest - (78 - 19 * b) / (24 * b));
    near(2, (42 - 5 * b) / (24 * b));
    near(1, -(10 - b) / (24 * b));
    CHECK(testing::relative_error(s.updates[0].form.denoised,
                                  -h * b * newest * from.alpha / from.sigma) < 1e-12);
}

TEST_CASE("a bad beta is refused") {
    check_refused<bad_argument>([] { heavy_ball<2>{.beta = 0}.check(); }, {"beta = 0"});
    check_refused<bad_argument>([] { heavy_ball<2>{.beta = 1.5}.check(); }, {"beta = 1.5"});
}
