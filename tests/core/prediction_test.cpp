// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/core/prediction.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include "compare.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <tuple>

using namespace diffgen;
using testing::relative_error;

namespace {

/// What each kind of network predicts of x = alpha x_0 + sigma eps, by its own definition.
struct truth {
    noise_level l;
    double x0, eps;

    [[nodiscard]] double x() const { return l.alpha * x0 + l.sigma * eps; }
    [[nodiscard]] double of(epsilon) const { return eps; }
    [[nodiscard]] double of(denoised) const { return x0; }
    [[nodiscard]] double of(velocity) const { return l.alpha * eps - l.sigma * x0; }
    [[nodiscard]] double of(score) const { return -eps / l.sigma; }
    [[nodiscard]] double of(flow) const { return eps - x0; }
    /// Karras et al. 2022, eq. 8 and table 1, of y = x / alpha = x_0 + s eps.
    [[nodiscard]] double of(edm_preconditioned o) const {
        const double s = l.sigma / l.alpha, d2 = o.sigma_data * o.sigma_data;
        const double skip = d2 / (s * s + d2), out = s * o.sigma_data / std::sqrt(s * s + d2);
        return (x0 - skip * (x0 + s * eps)) / out;
    }
};

using all = std::tuple<epsilon, denoised, velocity, score, flow, edm_preconditioned>;

template <class F>
void for_each_prediction(F f) {
    std::apply([&](auto... o) { (f(o), ...); }, all{});
}

}  // namespace

TEST_CASE_TEMPLATE("predictions convert into each other and back", K, kernel::variance_preserving,
                   kernel::variance_exploding, kernel::sub_variance_preserving,
                   kernel::linear_interpolant) {
    const process p(schedule::linear_beta{}, K{});
    for (const double t : {0.05, 0.2, 0.5, 0.8})
        for (const auto& pair : {std::pair{0.3, -1.2}, {-2., 0.7}, {1.5, 2.5}}) {
            const double x0 = pair.first, eps = pair.second;  // clang++ 14 captures no bindings
            const truth is{p.level(t), x0, eps};
            CAPTURE(t);
            for_each_prediction([&](auto from) {
                const conversion c = checked_conversion(from, is.l);
                CAPTURE(from.name);
                // the largest factor, alpha^-1 = 25 at t = 0.8, multiplies the rounding
                CHECK(std::fabs(c.state_factor * is.x() + c.output_factor * is.of(from) - x0) <
                      1e-12);
                for_each_prediction([&](auto to) {
                    CAPTURE(to.name);
                    const auto [a, b] = convert(from, to, is.l);
                    const double there = a * is.x() + b * is.of(from);
                    const double size = std::fabs(is.of(to)) + std::fabs(a * is.x());
                    CHECK(std::fabs(there - is.of(to)) < 1e-12 * size);
                    const auto [a_back, b_back] = convert(to, from, is.l);
                    CHECK(std::fabs(a_back * is.x() + b_back * there - is.of(from)) <
                          1e-12 * (std::fabs(is.of(from)) + std::fabs(a_back * is.x())));
                });
            });
        }
}

TEST_CASE("only EDM's network sees a scaled state: c_in of unit variance") {
    const process p(schedule::linear_beta{}, kernel::variance_preserving{});
    const noise_level l = p.level(0.4);
    // data of deviation 0.5 and unit noise: var(x) = 0.25 alpha^2 + sigma^2 (Karras, eq. 117)
    const double deviation = std::sqrt(0.25 * l.alpha * l.alpha + l.sigma * l.sigma);
    CHECK(relative_error(edm_preconditioned{}.to_denoised(l).input_scale, 1 / deviation) < 1e-14);
    CHECK(scales_input<edm_preconditioned>);
    CHECK(epsilon::to_denoised(l).input_scale == 1);
    CHECK_FALSE(scales_input<epsilon>);
}

TEST_CASE("without signal only velocity, flow and denoised say what the data is") {
    const noise_level none{1, -detail::infinity, 0, 1, 1};
    CHECK_THROWS_AS(static_cast<void>(checked_conversion(epsilon{}, none)), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(checked_conversion(score{}, none)), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(checked_conversion(edm_preconditioned{}, none)),
                    bad_argument);
    CHECK(checked_conversion(velocity{}, none).output_factor == -1);  // v = -x_0
    CHECK(checked_conversion(velocity{}, none).state_factor == 0);
    CHECK(checked_conversion(flow{}, none).state_factor == 1);  // u = eps - x_0, x = eps
    CHECK(checked_conversion(flow{}, none).output_factor == -1);
    CHECK(checked_conversion(denoised{}, none).output_factor == 1);
    CHECK_THROWS_AS(static_cast<void>(convert(denoised{}, epsilon{}, none)), bad_argument);
}
