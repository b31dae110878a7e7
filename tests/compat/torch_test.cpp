// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Random numbers of numpy, PyTorch and torchsde. The expectations are what numpy 2.4, torch 2.6 and
// torchsde 0.2.6 print.

#include <diffgen/compat/torch/brownian_tree.hpp>
#include <diffgen/core/error.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace {

using namespace diffgen::compat::torch;

TEST_CASE("seed sequences are numpy's") {
    using words = std::vector<std::uint32_t>;
    CHECK(seed_sequence(1234, {}, 24).generate_state(3) ==
          words{4280268349U, 3829106894U, 2675148735U});
    CHECK(seed_sequence(1234, {5, 3}, 24).generate_state(3) ==
          words{1860635963U, 869273324U, 1971674113U});
    CHECK(seed_sequence((std::uint64_t{1} << 40) + 7).generate_state(3) ==
          words{238885397U, 226915041U, 1322230113U});
}

void check_near(const std::vector<double>& x, std::size_t at, double expected) {
    CHECK(std::abs(x.at(at) - expected) < 1e-14);
}

TEST_CASE("normals are torch's, one by one below 16, in blocks above, the last block anew") {
    const auto few = generator(7).randn(3);
    check_near(few, 0, -0.1467950974849952);
    check_near(few, 1, 0.7861412987235358);
    check_near(few, 2, 0.9468216090039564);
    const auto block = generator(7).randn(16);
    check_near(block, 0, 0.06626753966449943);
    check_near(block, 15, -1.0492146121597965);
    const auto rest = generator(7).randn(20);
    check_near(rest, 0, 0.06626753966449943);
    check_near(rest, 4, 1.457454937932726);
    check_near(rest, 19, 0.6596523264462502);
}

TEST_CASE("Brownian increments are torchsde's, whatever was asked before") {
    const brownian_tree tree(0.3, 500, 1234, 16);
    check_near(tree.increment(500, 78.25423), 0, 11.633819137115147);
    check_near(tree.increment(500, 78.25423), 15, -2.079750484494758);
    check_near(tree.increment(1, 3), 0, -1.142734950138779);
    check_near(tree.increment(1, 3), 15, 1.2476515042520948);
    check_near(tree.increment(3, 1), 0, 1.142734950138779);
    check_near(tree.increment(0.1, 0.3), 0, 0);  // before the path begins
    // they add up
    const auto a = tree.increment(1, 2), b = tree.increment(2, 3);
    CHECK(std::abs(a[3] + b[3] - tree.increment(1, 3)[3]) < 1e-13);
    check_refused<diffgen::bad_argument>([] { (void)brownian_tree(1, 1, 7, 4); }, {"from 1 to 1"});
}

TEST_CASE("the noise of steps is the increment over the root of their length") {
    const auto z = brownian_noise({500, 78.25423, 12.24745}, 0.3, 500, 1234, 16);
    REQUIRE(z.size() == 32);
    check_near(z, 0, 11.633819137115147 / std::sqrt(500 - 78.25423));
    check_near(z, 16, -8.04674708833901 / std::sqrt(78.25423 - 12.24745));
}

}  // namespace
