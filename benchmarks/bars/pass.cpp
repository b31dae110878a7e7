// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The pass after a network call beside the loop by hand: the same numbers read and written, on one
// thread and on two.

#include <diffgen/diffgen.hpp>

#include "../contest.hpp"
#include "bars.hpp"
#include "hand.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

using namespace diffgen;

constexpr std::size_t samples = 256;
constexpr int rounds = 101;
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

/// Passes of one long run, whose network answers at once: the loop by hand beside each, over
/// numbers of its own, so that either finds its numbers where the other has left them. The median
/// of the ratios.
template <class Exec, class Solver, class Loop>
double hand_to_pass(const Exec& e, int threads, const Solver& solver, std::vector<float>& x,
                    const Loop& loop) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              predicts(epsilon{}, no_network{}), solver};
    auto r = s.start(e, batch(x, samples), {.steps = rounds + 3, .seed = seed});
    r.advance();  // its memory is touched for the first time
    const std::size_t each = x.size() / static_cast<std::size_t>(threads);
    const auto by_hand = [&] {
        return time_of(threads, [&] {
#pragma omp parallel for num_threads(threads) schedule(static)
            for (int t = 0; t < threads; ++t)
                loop(static_cast<std::size_t>(t) * each, each);
        });
    };
    const auto pass = [&] { return time_of(threads, [&] { r.advance(); }); };
    return threads == 1 ? contest::ratio(by_hand, pass, rounds)
                        : contest::ratio_of_least(by_hand, pass, rounds);
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
                hand_to_pass(e, threads, solver::ddim{}, x, affine), 0.97);
    to.at_least("stochastic pass, hand / diffgen, " + where,
                hand_to_pass(e, threads, solver::ancestral{}, x, noisy), 0.95);
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
