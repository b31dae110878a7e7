// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Dynamics in y, x = scales y, is the preconditioned dynamics in x: with the same normals the runs
// agree to rounding.
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/predictor/energy.hpp>
#include <diffgen/predictor/rescaled.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/stationary.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/underdamped_langevin.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 50;
const std::array scales{0.2, 30.};

/// Gradient of (x_0 / 0.2)^4 / 4 + (x_1 / 30)^4 / 4 + (x_0 / 0.2) (x_1 / 30) / 2 in x, or, with
/// widths of 1, of the same function in y.
struct gradient {
    std::array<double, 2> width;

    template <class V>
    DIFFGEN_VALUE std::array<V, 2> operator()(const std::array<V, 2>& x) const {
        const V a = x[0] / broadcast<V>(width[0]), b = x[1] / broadcast<V>(width[1]);
        const V half = broadcast<V>(0.5);
        return {fma(product(a, a), a, product(half, b)) / broadcast<V>(width[0]),
                fma(product(b, b), b, product(half, a)) / broadcast<V>(width[1])};
    }
};

template <class Gradient, class Solver>
std::vector<double> run(Gradient g, Solver solver) {
    sampler s{schedule::stationary{}, kernel::variance_exploding{}, energy<2>(g), solver};
    std::vector<double> x(2 * samples);
    s.generate(exec::cpp, batch(x, samples), {.steps = 30, .seed = 12});
    return x;
}

}  // namespace

TEST_CASE("an energy in wide and narrow coordinates, run in those that are alike") {
    const auto check = [](const auto& solver) {
        const auto got = run(rescaled(gradient{scales}, scales), solver);
        const auto expected = run(gradient{{1, 1}}, solver);
        for (std::size_t i = 0; i < got.size(); ++i)
            CHECK(std::fabs(got[i] - expected[i]) < 1e-12);
    };
    check(solver::langevin{.delta = 0.05});
    check(solver::underdamped_langevin{.step = 0.2});
}

TEST_CASE("one scale for all coordinates is another unit of the step size") {
    const double c = 0.7;
    const rescaled in_y(gradient{{1, 1}}, std::array{c, c});
    sampler y{schedule::stationary{}, kernel::variance_exploding{}, energy<2>(in_y),
              solver::langevin{.delta = 0.05}};
    sampler x{schedule::stationary{}, kernel::variance_exploding{}, energy<2>(gradient{{1, 1}}),
              solver::langevin{.delta = 0.05 * c * c}};
    std::vector<double> from_y(2 * samples), from_x(2 * samples);
    for (std::size_t i = 0; i < from_y.size(); ++i) {
        from_y[i] = std::sin(static_cast<double>(i));
        from_x[i] = c * from_y[i];
    }
    const options o{.steps = 30, .seed = 13};
    y.generate_from(exec::cpp, 1, batch(from_y, samples), o);
    x.generate_from(exec::cpp, 1, batch(from_x, samples), o);
    for (std::size_t i = 0; i < samples; ++i) {
        const auto back = in_y.to_x(std::array{from_y[2 * i], from_y[2 * i + 1]});
        CHECK(std::fabs(back[0] - from_x[2 * i]) < 1e-12);
        CHECK(std::fabs(back[1] - from_x[2 * i + 1]) < 1e-12);
    }
}
