// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/fit/dynamic_program.hpp>
#include <diffgen/noise/source.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <vector>

using namespace diffgen;

namespace {

/// The definition: jump k costs coefficient^k times its own.
double cost_of(const fit::jump_costs& c, const std::vector<int>& path, double coefficient) {
    double sum = 0, factor = 1;
    for (std::size_t k = 0; k + 1 < path.size(); ++k, factor *= coefficient)
        sum += factor * c.at(path[k], path[k + 1]);
    return sum;
}

/// By trying all paths of n jumps.
double least_cost(const fit::jump_costs& c, int n, double coefficient) {
    double least = detail::infinity;
    for (std::uint32_t inside = 0; inside < 1U << (c.last() - 1); ++inside) {
        if (std::popcount(inside) != n - 1) continue;
        std::vector<int> path{0};
        for (int i = 1; i < c.last(); ++i)
            if (inside >> (i - 1) & 1U) path.push_back(i);
        path.push_back(c.last());
        least = std::min(least, cost_of(c, path, coefficient));
    }
    return least;
}

}  // namespace

TEST_CASE("cheapest_path: no path is cheaper, tried one by one") {
    const noise::philox random{3};
    std::uint64_t number = 0;
    for (int last = 1; last <= 9; ++last)
        for (const double coefficient : {0.8, 1.0, 1.15}) {
            fit::jump_costs c(last);
            for (int i = 0; i < last; ++i)
                for (int j = i + 1; j <= last; ++j)
                    c.at(i, j) = random.uniform<double>(noise::stream::training, 0, number++);
            for (int n = 1; n <= last; ++n) {
                CAPTURE(last);
                CAPTURE(n);
                const auto path = fit::cheapest_path(c, n, coefficient);
                REQUIRE(path.size() == static_cast<std::size_t>(n) + 1);
                CHECK(path.front() == 0);
                CHECK(path.back() == last);
                for (std::size_t k = 1; k < path.size(); ++k)
                    CHECK(path[k] > path[k - 1]);
                CHECK(cost_of(c, path, coefficient) ==
                      doctest::Approx(least_cost(c, n, coefficient)).epsilon(1e-14));
            }
        }
}

TEST_CASE("cheapest_path: jumps of infinite cost are avoided, what cannot be is refused") {
    fit::jump_costs c(3);
    c.at(0, 1) = detail::infinity;
    c.at(0, 2) = c.at(0, 3) = 5;
    c.at(1, 2) = c.at(1, 3) = c.at(2, 3) = 1;
    CHECK(fit::cheapest_path(c, 2, 1) == std::vector{0, 2, 3});
    const auto refused = [&](int n, double coefficient, std::string_view part) {
        check_refused<bad_argument>(
            [&] { static_cast<void>(fit::cheapest_path(c, n, coefficient)); }, {part});
    };
    refused(3, 1, "no path of 3");
    refused(0, 1, "0 jumps over 3");
    refused(4, 1, "4 jumps over 3");
    refused(2, 0, "coefficient 0");
}
