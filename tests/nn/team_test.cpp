// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/team.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace nn = diffgen::nn;

TEST_CASE("a team does every piece once, and no slot has two at a time") {
    for (const int threads : {1, 2, 5}) {
        nn::team workers(threads);
        CHECK(workers.size() == threads);
        for (const int pieces : {0, 1, 3, 200}) {
            std::vector<int> done(static_cast<std::size_t>(pieces), 0);
            std::vector<std::atomic<int>> inside(static_cast<std::size_t>(threads));
            std::atomic<bool> apart = true;
            workers.run(pieces, [&](std::int64_t i, int slot) {
                auto& here = inside[static_cast<std::size_t>(slot)];
                if (++here != 1) apart = false;
                ++done[static_cast<std::size_t>(i)];
                --here;
            });
            CHECK(done == std::vector<int>(static_cast<std::size_t>(pieces), 1));
            CHECK(apart);
        }
    }
}

TEST_CASE("an exception of a piece reaches the caller, and the team works on") {
    for (const int threads : {1, 4}) {
        nn::team workers(threads);
        for (int round = 0; round < 50; ++round) {
            std::string text;
            try {
                workers.run(20, [](std::int64_t i, int) {
                    if (i >= 3) throw std::runtime_error(std::to_string(i));
                });
            } catch (const std::runtime_error& e) {
                text = e.what();
            }
            // Piece 3 begins before every later one, and of those that throw the first counts.
            CHECK(text == "3");
        }
        std::atomic<int> done = 0;
        workers.run(20, [&](std::int64_t, int) { ++done; });
        CHECK(done == 20);
    }
}
