// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Requests of a pool with a weight of guidance each: a request has the bits that it has alone under
// its weight, wherever its row lies.

#include <diffgen/exec/policy.hpp>
#include <diffgen/guidance/by_sample.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>

#include "branch_means.hpp"
#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <map>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t E = 5, capacity = 6;
const testing::branch_means<2> two{{-0.7, 1.3}};

template <class Rule>
auto under(const Rule& rule) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   guided{predicts(epsilon{}, pointwise{two}), rule}, solver::ancestral{}};
}

std::vector<float> alone(double weight, const options& o) {
    std::vector<float> x(E);
    under(classifier_free{weight}).generate(exec::cpp, batch(x, 1), o);
    return x;
}

}  // namespace

TEST_CASE("a request is guided by the weight at its index") {
    std::vector<double> weights(capacity, 0.0);
    const auto s = under(classifier_free_by_sample{weights});
    auto pool = s.pool(exec::cpp, E, {.capacity = capacity});
    struct job {
        options o;
        double weight;
    };
    std::map<request_id, job> jobs;
    std::uint64_t next = 0;
    std::size_t compared = 0;
    for (int round = 0; round < 60 || pool; ++round) {
        // Two requests join in every third round, as long as there is room.
        for (int k = 0; k < 2 && round < 60 && round % 3 == 0 && pool.size() < capacity; ++k) {
            const job j{{.steps = 3 + static_cast<int>(next % 5),
                         .seed = 11 + next,
                         .first_sample = 7 * next},
                        0.25 * static_cast<double>(next % 9)};
            ++next;
            // [weight]
            const request_id id = pool.admit(j.o);
            weights[pool.index_of(id)] = j.weight;
            // [weight]
            jobs[id] = j;
        }
        if (!pool) continue;
        if (round % 4 == 1) pool.take(2);
        pool.evaluate();
        pool.advance();
        const std::vector<request_id> ended(pool.ended().begin(), pool.ended().end());
        for (const request_id id : ended) {
            const auto x = pool.state(id);
            const std::vector<float> expected = alone(jobs.at(id).weight, jobs.at(id).o);
            CHECK(std::vector<float>(x.begin(), x.end()) == expected);
            ++compared;
            pool.remove(id);
        }
    }
    CHECK(compared == next);
    CHECK(compared > 20);
}

TEST_CASE("as many weights as the pool has room for") {
    std::vector<double> weights(capacity - 1, 1.0);
    const auto s = under(classifier_free_by_sample{weights});
    check_refused<bad_shape>(
        [&] { static_cast<void>(s.pool(exec::cpp, E, {.capacity = capacity})); }, {"5", "6"});
}
