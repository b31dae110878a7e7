// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Measures by the rules of torchmetrics, piq and precision-recall-distributions; their values are
// those of tests/golden_models, which golden.replay compares.
#include <diffgen/compat/piq.hpp>
#include <diffgen/compat/prd.hpp>
#include <diffgen/compat/torchmetrics.hpp>

#include "check_refused.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;
using compat::torchmetrics::normalize;
using metrics::matrix;
using pictures = std::vector<matrix>;

namespace {

/// Channels of smooth pictures, and the same with a pattern of this strength on top.
pictures waves(Eigen::Index rows, Eigen::Index cols, int channels, double pattern) {
    pictures result;
    for (int c = 0; c < channels; ++c) {
        result.push_back(matrix::NullaryExpr(rows, cols, [&](Eigen::Index i, Eigen::Index j) {
            const auto a = static_cast<double>(i), b = static_cast<double>(j);
            return 0.5 + 0.3 * std::sin(0.3 * a + 0.2 * b + c) + pattern * std::cos(2.5 * a - b);
        }));
    }
    return result;
}

}  // namespace

TEST_CASE("equal pictures are alike by every rule, and one scale of piq is the plain similarity") {
    const pictures x = waves(40, 45, 2, 0), y = waves(40, 45, 2, 0.1);
    const std::vector<double> two{0.4, 0.6}, one{1};
    CHECK(compat::torchmetrics::multiscale_structural_similarity(
              x, x, {.data_range = 1, .betas = two}) == doctest::Approx(1).epsilon(1e-13));
    CHECK(compat::piq::multiscale_structural_similarity(x, x, {.scale_weights = two}) ==
          doctest::Approx(1).epsilon(1e-13));
    CHECK(compat::piq::multiscale_structural_similarity(x, y, {.scale_weights = one}) ==
          doctest::Approx((metrics::structural_similarity(x[0], y[0], 1) +
                           metrics::structural_similarity(x[1], y[1], 1)) /
                          2)
              .epsilon(1e-13));
    // In any unit.
    pictures x255, y255;
    for (std::size_t c = 0; c < 2; ++c) {
        x255.push_back(255 * x[c]);
        y255.push_back(255 * y[c]);
    }
    CHECK(
        compat::piq::multiscale_structural_similarity(x255, y255,
                                                      {.data_range = 255, .scale_weights = two}) ==
        doctest::Approx(compat::piq::multiscale_structural_similarity(x, y, {.scale_weights = two}))
            .epsilon(1e-12));
}

TEST_CASE("a factor below zero: nothing, moved to [0, 1], or no number") {
    const pictures x = waves(40, 45, 1, 0);
    const pictures negative{matrix(1 - x[0].array())};
    const auto by = [&](normalize how) {
        return compat::torchmetrics::multiscale_structural_similarity(
            x, negative, {.data_range = 1, .betas = {0.5}, .factors = how});
    };
    CHECK(by(normalize::relu) == 0);
    CHECK(by(normalize::simple) > 0);
    CHECK(by(normalize::simple) < 0.7);
    CHECK(std::isnan(by(normalize::none)));
}

TEST_CASE("piq halves an odd picture with its first row and column twice") {
    const matrix x{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
    const Eigen::ArrayXXd half = compat::piq::detail::halved(x.array());
    const Eigen::ArrayXXd expected{{1, 2.5}, {5.5, 7}};
    CHECK((half == expected).all());
    // One odd side: both get one more, and the even one loses its last.
    const Eigen::ArrayXXd wide = compat::piq::detail::halved(x.leftCols(2).array());
    const Eigen::ArrayXXd left{{1}, {5.5}};
    CHECK((wide == left).all());
}

TEST_CASE("the curve of equal shares passes through (1, 1), that of disjoint ones is zero") {
    const std::vector<double> shares{0.5, 0.25, 0.25, 0, 0}, others{0, 0, 0, 0.5, 0.5};
    const auto same = compat::prd::curve(shares, shares, 11);
    REQUIRE(same.size() == 11);
    CHECK(same[5].precision == doctest::Approx(1).epsilon(1e-12));
    CHECK(same[5].recall == doctest::Approx(1).epsilon(1e-12));
    CHECK(same.front().precision == doctest::Approx(1e-10));
    CHECK(compat::prd::f_beta(same, 8) == doctest::Approx(1).epsilon(1e-9));
    CHECK(compat::prd::f_beta(compat::prd::curve(shares, others, 11), 8) == 0);
    // Half of the reference is found, and all that is found is right.
    const std::vector<double> half{1, 0}, reference{0.5, 0.5};
    const auto curve = compat::prd::curve(half, reference, 1001);
    CHECK(compat::prd::f_beta(curve, 1e-3) == doctest::Approx(1).epsilon(1e-3));
    CHECK(compat::prd::f_beta(curve, 1e3) == doctest::Approx(0.5).epsilon(1e-3));
}

TEST_CASE("what the peers refuse is refused") {
    const pictures x = waves(40, 45, 2, 0), small = waves(11, 45, 2, 0), none;
    using compat::piq::multiscale_structural_similarity;
    check_refused<bad_shape>([&] { multiscale_structural_similarity(x, small); }, {"40 x 45"});
    check_refused<bad_shape>([&] { multiscale_structural_similarity(none, none); },
                             {"of 0 channels"});
    check_refused<bad_shape>([&] { multiscale_structural_similarity(x, x); },
                             {"at least 161 x 161"});
    check_refused<bad_argument>([&] { multiscale_structural_similarity(x, x, {.kernel_size = 4}); },
                                {"kernel_size = 4"});
    check_refused<bad_argument>(
        [&] {
            compat::torchmetrics::multiscale_structural_similarity(x, x,
                                                                   {.data_range = 1, .sigma = 0});
        },
        {"sigma = 0"});
    check_refused<bad_argument>([&] { compat::prd::curve({}, {}, 2); }, {"2 angles"});
    check_refused<bad_argument>([&] { compat::prd::curve({}, {}, 5, 0.2); }, {"epsilon = 0.2"});
}
