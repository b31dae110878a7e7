// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A pool on a device: the host's bits, whatever joins, leaves, moves and grows.

#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/adaptive.hpp>
#include <diffgen/solver/ancestral.hpp>

#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "on_device.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t elements = 5;

template <class Solver>
void check_pool(Solver solver) {
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    testing::samplewise_predictor(epsilon{}, testing::two_in_5d), solver};
    const auto of = [](std::uint64_t k) {
        return options{.steps = 3 + static_cast<int>(k % 4), .seed = k, .first_sample = 7 * k};
    };
    const auto check = [&](const float* there, std::uint64_t k) {
        std::vector<float> found(elements), alone(elements);
        cudaMemcpy(found.data(), there, elements * sizeof(float), cudaMemcpyDefault);
        s.generate(exec::cpp, batch(alone, 1), of(k));
        CHECK(differences(found, alone) == 0);
    };
    auto pool = s.pool(exec::cuda(), elements, {.capacity = 2, .if_full = when_full::grow});
    auto on_host = s.pool(exec::cpp, elements);
    std::vector<std::pair<request_id, std::uint64_t>> known;
    std::pair<request_id, std::uint64_t> moved{};
    for (std::uint64_t k = 0; k < 9 || pool; ++k) {
        if (k < 9) known.emplace_back(pool.admit(of(k)), k);
        if (k == 4) {
            pool.remove(known[1].first);
            known.erase(known.begin() + 1);
        }
        if (k == 5) moved = {on_host.resume(pool.snapshot(known[2].first)), known[2].second};
        pool.take(3);
        pool.evaluate();
        pool.advance();
    }
    for (const auto& [id, k] : known)
        check(pool.state(id).data, k);
    for (; on_host; on_host.advance())
        on_host.evaluate();
    check(on_host.state(moved.first).data, moved.second);
}

}  // namespace

TEST_CASE("a pool on a device has the host's bits") {
    if (!has_device()) return;
    check_pool(solver::ancestral{});
    check_pool(solver::adaptive_heun{});
}
