// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// One stage after a network call, on 4 Mi floats: diffgen's pass beside the loop that one writes by
// hand, and beside a memcpy of the same state (8 bytes an element; a pass moves 12).

#include <diffgen/diffgen.hpp>

#include "contest.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

namespace {

using namespace diffgen;

constexpr std::size_t samples = 256, elements = 16384, size = samples * elements;
constexpr int steps = 4;

struct no_network {
    template <class In, class Out>
    void operator()(const In&, const Out&, const noise_level&) const {}
};

/// The time of one pass in a run whose network answers 0 at once; without start and end.
template <class Solver>
auto passes(Solver solver, std::vector<float>& x) {
    return [s = sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                        predicts(epsilon{}, no_network{}), solver},
            &x] {
        auto r = s.start(exec::cpp, batch(x, samples), {.steps = steps, .seed = 7});
        const auto start = contest::clock::now();
        int done = 0;
        for (; done < steps - 1; ++done)
            r.advance();
        return (contest::clock::now() - start) / done;
    };
}

/// Predictor and corrector stages alternate: the time of one of each.
auto predictor_corrector_passes(std::vector<float>& x) {
    return [s = sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                        predicts(epsilon{}, no_network{}),
                        solver::predictor_corrector{solver::reverse_diffusion{},
                                                    solver::langevin_corrector{}}},
            &x] {
        auto r = s.start(exec::cpp, batch(x, samples), {.steps = steps, .seed = 7});
        std::fill(r.output().begin(), r.output().end(), 0.5f);
        const auto start = contest::clock::now();
        for (int i = 0; i < 2; ++i)
            r.advance();
        return contest::clock::now() - start;
    };
}

}  // namespace

int main() {
    std::vector<float> x(size, 0.5f), out(size, 0.25f), z(size, 1.0f);
    std::mt19937 generator(7);
    std::normal_distribution<float> normal;
    const float a = 0.99f, b = 0.01f, c = 0.005f;
    const auto copy = [&] { std::memcpy(out.data(), x.data(), size * sizeof(float)); };

    contest("x = a x + b net (ddim)", size, "ns an element")
        .add("memcpy", copy)
        .add("by hand",
             [&] {
                 for (std::size_t i = 0; i < size; ++i)
                     x[i] = a * x[i] + b * out[i];
             })
        .add_timed("diffgen", passes(solver::ddim{}, x))
        .run(9);

    contest("x = a x + b net + c z (ancestral)", size, "ns an element")
        .add("memcpy", copy)
        .add("by hand, z drawn before",
             [&] {
                 for (std::size_t i = 0; i < size; ++i)
                     x[i] = a * x[i] + b * out[i] + c * z[i];
             })
        .add("by hand, std::normal_distribution",
             [&] {
                 for (std::size_t i = 0; i < size; ++i)
                     x[i] = a * x[i] + b * out[i] + c * normal(generator);
             })
        .add_timed("diffgen", passes(solver::ancestral{}, x))
        .run(5);

    contest("predictor and corrector with norms a sample", size, "ns an element")
        .add("memcpy", copy)
        .add("by hand, std::normal_distribution",
             [&] {
                 for (std::size_t i = 0; i < size; ++i)
                     x[i] = a * x[i] + b * out[i] + c * normal(generator);
                 for (std::size_t i = 0; i < size; ++i)
                     z[i] = normal(generator);
                 for (std::size_t s = 0; s < samples; ++s) {
                     const std::size_t begin = s * elements;
                     float score2 = 0, noise2 = 0;
                     for (std::size_t i = begin; i < begin + elements; ++i) {
                         score2 += out[i] * out[i];
                         noise2 += z[i] * z[i];
                     }
                     const float p = 2 * 0.16f * 0.16f * noise2 / score2, q = std::sqrt(2 * p);
                     for (std::size_t i = begin; i < begin + elements; ++i)
                         x[i] += p * out[i] + q * z[i];
                 }
             })
        .add_timed("diffgen", predictor_corrector_passes(x))
        .run(3);
    std::printf("check %g\n", static_cast<double>(x[1234]));
}
