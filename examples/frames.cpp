// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A sequence of frames in several orders: all at once, one after the other, as a pyramid, and
// without an end through a rolling window. The frames are jointly Gaussian and the network knows
// them exactly at any mix of noise levels, so that what comes out can be compared with what it
// should be.
//   frames [--quick]

#include <diffgen/diffgen.hpp>

#include "common/gaussian_frames.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

namespace {

using namespace diffgen;

constexpr std::size_t count = 8, pixels = 4, elements = count * pixels;
constexpr double correlation = 0.9;

/// Variance, and correlation of neighbours, over all of a batch of sequences.
struct measured {
    double squares = 0, products = 0;
    std::size_t numbers = 0, pairs = 0;

    void add(const float* frame, const float* before) {
        for (std::size_t p = 0; p < pixels; ++p, ++numbers) {
            squares += static_cast<double>(frame[p]) * static_cast<double>(frame[p]);
            if (before == nullptr) continue;
            products += static_cast<double>(frame[p]) * static_cast<double>(before[p]);
            ++pairs;
        }
    }
    void print(const char* name, int evaluations) const {
        const double variance = squares / static_cast<double>(numbers);
        std::printf("%-26s %6d %10.3f %10.3f\n", name, evaluations, variance,
                    products / static_cast<double>(pairs) / variance);
    }
};

void run(bool quick) {
    const std::size_t samples = quick ? 500 : 5000;
    const gaussian_frames data{.mean = Eigen::VectorXd::Zero(count), .correlation = correlation};
    // [frames]
    const sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(denoised{}, data),
                    solver::dpm_solver_pp_multistep<2>{}};
    std::vector<float> x(samples * elements);
    const options o{.steps = 24, .seed = 7};
    // [frames]

    std::printf("%-26s %6s %10s %10s\n", "", "evals", "variance", "neighbours");
    std::printf("%-26s %6s %10.3f %10.3f\n", "exact", "", 1.0, correlation);
    const auto show = [&](const char* name, const auto& rule) {
        const run_summary done = s.generate(exec::cpp, rule, batch(x, samples), o);
        measured m;
        for (std::size_t i = 0; i < samples * count; ++i)
            m.add(&x[i * pixels], i % count == 0 ? nullptr : &x[(i - 1) * pixels]);
        m.print(name, done.evaluations);
    };
    show("all at once", blocks::uniform{count});
    show("a pyramid, 2 rounds apart", blocks::pyramid{count, 2});
    show("one after the other", blocks::causal{count});

    // [rolling]
    s.generate(exec::cpp, blocks::rolling_start{count}, batch(x, samples), o);  // the first frame
    options roll = o;
    std::vector<float> noise(samples * pixels), before;
    const auto next_frame = [&] {
        ++roll.seed;
        s.draw_prior(exec::cpp, batch(noise, samples), roll);
        for (std::size_t i = 0; i < samples; ++i) {  // the first frame goes out, noise comes in
            float* window = &x[i * elements];
            std::copy(window + pixels, window + elements, window);
            std::copy_n(&noise[i * pixels], pixels, window + elements - pixels);
        }
        return s.generate_from(exec::cpp, blocks::rolling{count}, batch(x, samples), roll);
    };
    // [rolling]
    measured m;
    int evaluations = 0;
    for (int frame = 0; frame < (quick ? 10 : 40); ++frame) {
        before.clear();
        for (std::size_t i = 0; i < samples; ++i)
            before.insert(before.end(), &x[i * elements], &x[i * elements] + pixels);
        evaluations = next_frame().evaluations;
        for (std::size_t i = 0; i < samples; ++i)
            m.add(&x[i * elements], &before[i * pixels]);
    }
    m.print("rolling, for each frame", evaluations);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(argc > 1 && std::string_view(argv[1]) == "--quick");
    } catch (const std::exception& e) {
        std::fprintf(stderr, "frames: %s\n", e.what());
        return 1;
    }
}
