// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/empirical_distribution.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using metrics::empirical_distribution;
using metrics::energy_distance;
using metrics::kolmogorov_smirnov;
using metrics::wasserstein;

namespace {

empirical_distribution of(const std::vector<double>& values) {
    return empirical_distribution(values);
}

}  // namespace

TEST_CASE("sets of unequal size, worked out by hand") {
    // Quantile functions: 0, 3 with halves; 1, 1, 4 with thirds. Gaps 1, then 2 for a sixth, 1.
    const auto x = of({3, 0}), y = of({1, 4, 1});
    CHECK(wasserstein(x, y) == doctest::Approx(0.5 + 2.0 / 6 + 1.0 / 3).epsilon(1e-15));
    CHECK(wasserstein(x, y, 2) ==
          doctest::Approx(std::sqrt(0.5 + 4.0 / 6 + 1.0 / 3)).epsilon(1e-15));
    // F - G is 1/2 on (0, 1), -1/6 on (1, 3), 1/3 on (3, 4).
    CHECK(kolmogorov_smirnov(x, y) == 0.5);
    CHECK(energy_distance(x, y) ==
          doctest::Approx(std::sqrt(2 * (0.25 + 2.0 / 36 + 1.0 / 9))).epsilon(1e-15));
}

TEST_CASE(
    "a shift is that far, at any order, and sets equal but for order and copies are 0 apart") {
    const auto x = of({0.5, -2, 7, 7, 1}), shifted = of({3.5, 1, 10, 10, 4});
    for (const double order : {1.0, 2.0, 3.5})
        CHECK(wasserstein(x, shifted, order) == doctest::Approx(3).epsilon(1e-15));
    const auto twice = of({7, 7, 7, 7, 1, 1, 0.5, 0.5, -2, -2});
    CHECK(wasserstein(x, twice) == 0);
    CHECK(energy_distance(x, twice) == 0);
    CHECK(kolmogorov_smirnov(x, twice) == 0);
}

TEST_CASE("sets that do not overlap are 1 apart by Kolmogorov and Smirnov") {
    CHECK(kolmogorov_smirnov(of({1, 2}), of({3})) == 1);
}

TEST_CASE("merged parts hold the same bits in whatever order they came") {
    empirical_distribution a = of({3, 1}), b = of({2, -1, 5});
    a.merge(b);
    b.merge(of({1, 3}));
    CHECK(a.sorted() == b.sorted());
    CHECK(a.sorted() == std::vector<double>{-1, 1, 2, 3, 5});
    a.merge(a);
    CHECK(a.sorted().size() == 10);
}

TEST_CASE("bad values are refused") {
    check_refused<bad_argument>([] { wasserstein(of({}), of({1})); }, {"0 first values"});
    check_refused<bad_argument>([] { kolmogorov_smirnov(of({1}), of({})); }, {"0 second values"});
    check_refused<bad_argument>([] { wasserstein(of({1}), of({1}), 0.5); }, {"order is 0.5"});
    check_refused<non_finite>([] { of({1, std::nan("")}); }, {"value 1 is nan"});
}
