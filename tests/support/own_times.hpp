// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether each sample of a batch with times of its own is computed as if it were alone.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "same_bits.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace testing {

using namespace diffgen;

inline constexpr std::size_t D = 5;
/// Samples that start together, apart, and at the noisy and the clean end.
inline const std::vector<double> start_times{1, 0.5, 0.5, 0.73, 0.02, 0.9, 1};

template <class Predictor, class Solver>
auto composed(Predictor p, Solver s) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{}, p, s};
}

template <class T>
std::vector<T> noised(const options& o) {
    std::vector<T> x(start_times.size() * D);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<T>(i % 7) / T(3) - T(1);
    composed(samplewise_predictor(epsilon{}, two_in_5d), solver::euler{})
        .add_noise(exec::cpp, start_times, batch(x, start_times.size()), o);
    return x;
}

/// Each sample by a run of its own, all at one time.
template <class T, class Sampler>
std::vector<T> one_by_one(Sampler s, options o) {
    std::vector<T> x = noised<T>(o);
    for (std::size_t i = 0; i < start_times.size(); ++i, ++o.first_sample)
        s.generate_from(exec::cpp, start_times[i], batch(x.data() + i * D, D, 1), o);
    return x;
}

template <class T, class Sampler>
void check_alone(Sampler s) {
    const options o{.steps = 6, .seed = 5, .first_sample = 3};
    const std::vector<T> expected = one_by_one<T>(s, o);
    on_all_back_ends([&](auto policy, const char* name) {
        CAPTURE(name);
        for (const int tile : {4, 256}) {
            policy.tile = tile;
            std::vector<T> x = noised<T>(o);
            const run_summary done =
                s.generate_from(policy, start_times, batch(x, start_times.size()), o);
            CHECK(done.finished);
            CHECK(done.steps == 6);
            CHECK(same_bits(x, expected));
        }
    });
}

template <class T, class Solver>
void check_solver(const Solver& solver) {
    check_alone<T>(composed(samplewise_predictor(epsilon{}, two_in_5d), solver));
    check_alone<T>(composed(batched_predictor(epsilon{}, two_in_5d), solver));
}

}  // namespace testing
