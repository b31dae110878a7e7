// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// What a run costs beside its network: one sample of 32 numbers, as a control loop of a robot
// samples it, and the plan of a longer run.

#include <diffgen/diffgen.hpp>

#include "contest.hpp"

#include <cmath>
#include <random>
#include <vector>

namespace {

using namespace diffgen;

constexpr std::size_t elements = 32;
constexpr int repeats = 200;

/// As small as networks get, so that the rest is what is measured.
struct tiny_network {
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level&) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = 0.5f * in.data[i];
    }
};

/// Heun's method (Karras et al. 2022, algorithm 1) over given sigmas.
void heun_by_hand(const std::vector<double>& sigmas, std::vector<float>& x, std::mt19937& g) {
    std::normal_distribution<float> normal;
    float d[elements], moved[elements], denoised[elements];
    const tiny_network net;
    for (float& v : x)
        v = static_cast<float>(sigmas[0]) * normal(g);
    for (std::size_t k = 0; k + 1 < sigmas.size(); ++k) {
        const auto from = static_cast<float>(sigmas[k]), to = static_cast<float>(sigmas[k + 1]);
        net(batch_view<const float>(x.data(), 1, elements),
            batch_view<float>(denoised, 1, elements), {});
        for (std::size_t i = 0; i < elements; ++i) {
            d[i] = (x[i] - denoised[i]) / from;
            moved[i] = x[i] + (to - from) * d[i];
        }
        if (to > 0) {
            net(batch_view<const float>(moved, 1, elements),
                batch_view<float>(denoised, 1, elements), {});
            for (std::size_t i = 0; i < elements; ++i)
                moved[i] = x[i] + (to - from) * 0.5f * (d[i] + (moved[i] - denoised[i]) / to);
        }
        std::copy(moved, moved + elements, x.begin());
    }
}

template <class Work>
auto repeated(Work work) {
    return [work] {
        for (int i = 0; i < repeats; ++i)
            work();
    };
}

}  // namespace

int main() {
    std::vector<float> x(elements);
    std::mt19937 generator(7);
    sampler heun{schedule::edm{}, kernel::variance_exploding{},
                 predicts(denoised{}, tiny_network{}), solver::heun{}};
    sampler ancestral{schedule::linear_beta{}, kernel::variance_preserving{},
                      predicts(epsilon{}, tiny_network{}), solver::ancestral{}};
    const options ten{.steps = 10, .seed = 7, .grid = grid::karras{}};
    const auto levels = heun.levels(ten);
    std::vector<double> sigmas;
    for (const noise_level& l : levels)
        sigmas.push_back(l.sigma);
    options prepared = ten;
    prepared.grid = grid::sigmas(sigmas);

    contest("heun, 10 steps, 1 sample of 32", repeats * 1000.0, "us a run")
        .add("by hand", repeated([&] { heun_by_hand(sigmas, x, generator); }))
        .add("diffgen", repeated([&] { heun.generate(exec::cpp, batch(x, 1), ten); }))
        .add("diffgen, sigmas given",
             repeated([&] { heun.generate(exec::cpp, batch(x, 1), prepared); }))
        .add("  of which the grid", repeated([&] { (void)heun.levels(ten); }))
        .run(25);

    const options fifty{.steps = 50, .seed = 7};
    contest("ancestral, 50 steps, 1 sample of 32", repeats * 1000.0, "us a run")
        .add("diffgen", repeated([&] { ancestral.generate(exec::cpp, batch(x, 1), fifty); }))
        .add("  of which the grid", repeated([&] { (void)ancestral.levels(fifty); }))
        .run(25);
    std::printf("check %g\n", static_cast<double>(x[3]));
}
