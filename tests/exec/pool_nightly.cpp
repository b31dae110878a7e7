// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A pool that serves for ten minutes (DIFFGEN_SOAK_SECONDS, if it is set): its memory stays flat,
// and requests keep the bits that they have alone.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/names.hpp>

#include "gaussian_network.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <random>
#include <unistd.h>
#include <vector>

using namespace diffgen;

namespace {

/// Resident memory of this process, in bytes.
std::size_t resident() {
    std::ifstream in("/proc/self/statm");
    std::size_t total = 0, pages = 0;
    in >> total >> pages;
    return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("a pool that serves for minutes keeps its memory and its bits") {
    constexpr std::size_t elements = 3 * 32 * 32;
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(epsilon{}, testing::gaussian_network{}),
                    solver::dpm_solver_pp_multistep<2>{.tau = 1}};
    auto pool = s.pool(exec::omp, elements, {.capacity = 64});
    std::mt19937 random(7);
    std::map<request_id, options> known;
    std::vector<float> alone(elements);
    const char* asked = std::getenv("DIFFGEN_SOAK_SECONDS");
    const auto seconds = std::chrono::seconds(asked != nullptr ? std::atoi(asked) : 600);
    const auto start = std::chrono::steady_clock::now();
    long served = 0, failed = 0, cancelled = 0, evaluations = 0;
    std::size_t settled = 0;
    for (; std::chrono::steady_clock::now() - start < seconds; ++evaluations) {
        while (pool.size() < pool.capacity() && random() % 4 != 0) {
            const options o{.steps = 1 + static_cast<int>(random() % 40), .seed = random()};
            known[pool.admit(o)] = o;
        }
        if (!pool) continue;
        if (random() % 8 == 0) {
            const request_id id = pool.running()[random() % pool.running().size()];
            pool.remove(id);
            known.erase(id);
            ++cancelled;
        }
        if (!pool) continue;
        pool.take(1 + random() % 64);
        pool.evaluate();
        if (random() % 64 == 0) pool.output().data[0] = std::numeric_limits<float>::quiet_NaN();
        pool.advance();
        while (!pool.ended().empty()) {
            const request_id id = pool.ended().back();
            if (pool.status(id).state == request_state::failed) {
                ++failed;
            } else if (++served % 256 == 0) {
                s.generate(exec::cpp, batch(alone, 1), known[id]);
                REQUIRE(std::ranges::equal(pool.state(id), alone));
            }
            known.erase(id);
            pool.remove(id);
        }
        if (evaluations == 2000) settled = resident();
    }
    MESSAGE(served << " served, " << failed << " failed, " << cancelled << " cancelled in "
                   << evaluations << " evaluations");
    REQUIRE(settled > 0);
    CHECK(served > 1000);
    CHECK(failed > 10);
    CHECK(resident() < settled + (std::size_t{1} << 20));
}
