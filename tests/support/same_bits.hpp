// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One composition in every way that it can run: back ends, threads, tile widths, splits of the
// batch, fused or step by step, called by the library or driven by its owner. All have the bits of
// the plain run on one thread.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include <doctest/doctest.h>
#include <omp.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <cstring>
#include <vector>

namespace testing {

inline constexpr std::size_t bits_samples = 64;

/// Calls f(policy, description) for each back end with 1, 2, 3 and 5 threads.
template <class F>
void on_all_back_ends(F f) {
    f(diffgen::exec::cpp, "cpp");
    const int before = omp_get_max_threads();
    for (const int threads : {1, 2, 3, 5}) {
        CAPTURE(threads);
        omp_set_num_threads(threads);
        f(diffgen::exec::omp, "omp");
        const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                        static_cast<std::size_t>(threads));
        tbb::task_arena(threads).execute([&] { f(diffgen::exec::tbb, "tbb"); });
    }
    omp_set_num_threads(before);
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

/// A fresh batch, sampled: `parts` samples at a time.
template <class T, class Sampler, class Exec>
std::vector<T> sampled(Sampler s, const Exec& e, std::size_t elements, diffgen::options o,
                       const std::vector<std::size_t>& parts = {bits_samples}) {
    std::vector<T> x(bits_samples * elements);
    for (const std::size_t n : parts) {
        s.generate(e, diffgen::batch(x.data() + o.first_sample * elements, n * elements, n), o);
        o.first_sample += n;
    }
    return x;
}

/// `functor` and `network`: the same predictor, as a functor that fuses and as a batched network;
/// D: elements of a sample.
template <class T, std::size_t D, class Functor, class Network, class Solver,
          class Noise = diffgen::noise::philox>
void check_all_ways(const Functor& functor, const Network& network, const Solver& solver,
                    const Noise& noise = {}) {
    using namespace diffgen;
    const schedule::linear_beta schedule{};
    const kernel::variance_preserving kernel{};
    const sampler fused{schedule, kernel, functor, solver, noise};
    const sampler stepwise{schedule, kernel, network, solver, noise};
    const options o{.steps = 6, .seed = 77};
    const std::vector<T> expected = sampled<T>(fused, exec::cpp, D, o);
    const std::vector<std::size_t> split{1, 5, 58};

    on_all_back_ends([&](auto policy, const char* name) {
        CAPTURE(name);
        CHECK(same_bits(sampled<T>(fused, policy, D, o), expected));
        CHECK(same_bits(sampled<T>(stepwise, policy, D, o), expected));
        CHECK(same_bits(sampled<T>(fused, policy, D, o, split), expected));
        CHECK(same_bits(sampled<T>(stepwise, policy, D, o, split), expected));
        for (const int tile : {4, 16, 64, 256}) {
            CAPTURE(tile);
            policy.tile = tile;
            CHECK(same_bits(sampled<T>(stepwise, policy, D, o), expected));
        }
    });

    options observed = o;
    observed.observe = {[](const observation&) { return true; }, true};
    CHECK(same_bits(sampled<T>(fused, exec::cpp, D, observed), expected));
    CHECK(same_bits(sampled<T>(stepwise, exec::omp, D, observed), expected));

    std::vector<T> x(bits_samples * D);
    auto predictor = network;
    for (auto run = stepwise.start(exec::cpp, batch(x, bits_samples), o); run; run.advance())
        predictor.call(run.input(), run.output(), run.level());
    CHECK(same_bits(x, expected));

    options other = o;
    other.seed = 78;
    CHECK_FALSE(same_bits(sampled<T>(fused, exec::cpp, D, other), expected));
}

}  // namespace testing
