// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The pass after a network call beside the loop by hand: the same numbers read and written, on one
// thread and on two.

#include "bars.hpp"
#include "hand.hpp"

#include <diffgen/diffgen.hpp>

#include "../contest.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

using namespace diffgen;

constexpr std::size_t samples = 256;
constexpr int steps = 4, rounds = 41;
constexpr std::uint64_t seed = 7;
constexpr float a = 0.99f, b = 0.01f, c = 0.005f;

struct no_network {
    template <class In, class Out>
    void operator()(const In&, const Out&, const noise_level&) const {}
};

/// The time of work on one thread, or on several.
template <class Work>
std::chrono::nanoseconds time_of(int threads, const Work& work) {
    return threads == 1 ? contest::time_of(work) : contest::wall_time_of(work);
}

/// The time of one pass in a run whose network answers 0 at once; without start and end.
template <class Exec, class Solver>
auto pass(const Exec& e, int threads, const Solver& solver, std::vector<float>& x) {
    return [s = sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                        predicts(epsilon{}, no_network{}), solver},
            &e, threads, &x]() -> std::chrono::nanoseconds {
        auto r = s.start(e, batch(x, samples), {.steps = steps, .seed = seed});
        r.advance();  // its memory is touched for the first time
        return time_of(threads, [&] {
                   for (int i = 2; i < steps; ++i)
                       r.advance();
               }) /
               (steps - 2);
    };
}

/// The same of a loop over a part of the batch, on as many threads as there are parts.
template <class Loop>
auto by_hand(int threads, std::size_t size, Loop loop) {
    return [threads, size, loop]() -> std::chrono::nanoseconds {
        return time_of(threads, [&] {
                   for (int i = 2; i < steps; ++i) {
                       const std::size_t each = size / static_cast<std::size_t>(threads);
#pragma omp parallel for num_threads(threads) schedule(static)
                       for (int t = 0; t < threads; ++t)
                           loop(static_cast<std::size_t>(t) * each, each);
                   }
               }) /
               (steps - 2);
    };
}

template <class Exec>
void compare(bars& to, const Exec& e, int threads, std::size_t elements, const std::string& where) {
    const std::size_t size = samples * elements;
    std::vector<float> x(size, 0.5f), y(size, 0.5f), out(size, 0.25f);
    const auto affine = [&](std::size_t begin, std::size_t n) {
        hand::affine(y.data() + begin, out.data() + begin, n, a, b);
    };
    const auto noisy = [&](std::size_t begin, std::size_t n) {
        hand::affine_with_noise(y.data(), out.data(), begin, n, a, b, c, seed, 0, 1);
    };
    to.at_least("deterministic pass, hand / diffgen, " + where,
                contest::ratio(by_hand(threads, size, affine), pass(e, threads, solver::ddim{}, x), rounds),
                0.97);
    to.at_least(
        "stochastic pass, hand / diffgen, " + where,
        contest::ratio(by_hand(threads, size, noisy), pass(e, threads, solver::ancestral{}, x), rounds),
        0.95);
}

/// Whether the loop by hand draws what the library draws.
bool draws_the_same() {
    constexpr std::size_t n = 1024;
    std::vector<float> x(n, 0.0f), zero(n, 0.0f);
    hand::affine_with_noise(x.data(), zero.data(), 0, n, 0, 0, 1, seed, 3, 1);
    for (std::size_t i = 0; i < n; ++i)
        if (x[i] != noise::philox{seed}.normal<float>(noise::stream{1}, 3, i)) return false;
    return true;
}

}  // namespace

void bar_pass(bars& to) {
    if (!draws_the_same()) {
        to.at_least("the loop by hand draws the library's normals", 0, 1);
        return;
    }
    compare(to, exec::cpp, 1, 16384, "4 Mi floats");
    compare(to, exec::cpp, 1, 512, "128 Ki floats");
#if DIFFGEN_HAS_OMP
    compare(to, exec::omp, 2, 16384, "4 Mi floats, 2 threads");
#endif
}
