// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The code of docs/concepts/blocks.md.

#include <diffgen/diffgen.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <vector>

using namespace diffgen;

namespace {

// [network]
/// Stands for your network: it predicts the denoised frames. A row is a sequence of frames, and
/// levels[i * frames + b] is the level of frame b of row i.
struct video_network {
    template <class In, class Out>
    void operator()(const In& in, const Out& out, std::span<const noise_level> levels) const {
        const std::size_t pixels = in.size() / levels.size();
        for (std::size_t i = 0; i < levels.size(); ++i) {
            const noise_level& l = levels[i];  // l.is_clean(): the frame is context
            const auto factor =
                static_cast<float>(l.alpha / (l.alpha * l.alpha + l.sigma * l.sigma));
            for (std::size_t p = i * pixels; p < (i + 1) * pixels; ++p)
                out.data[p] = factor * in.data[p];
        }
    }
};
// [network]

}  // namespace

TEST_CASE("blocks.md: a ready table") {
    // [generate]
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              predicts(denoised{}, video_network{}), solver::dpm_solver_pp_multistep<2>{}};
    std::vector<float> x(2 * 16 * 64);  // two samples of 16 frames of 64 pixels
    s.generate(exec::cpp, blocks::pyramid{16, 2}, batch(x, 2), {.steps = 20, .seed = 7});
    // [generate]

    // [prefix]
    const blocks::after_prefix rule{4, blocks::pyramid{12, 2}};  // four frames are known
    const options o{.steps = 20, .seed = 8};
    s.add_noise(exec::cpp, rule, batch(x, 2), o);      // to all frames but these
    s.generate_from(exec::cpp, rule, batch(x, 2), o);  // these stay, to the bit
    // [prefix]

    // [table]
    const blocks::step_table own{3, {0, 1, 2, 3, 4, 4, 4,    // block 0: clean after four rounds
                                     0, 0, 0, 2, 2, 3, 4,    // waits, skips a level, waits again
                                     4, 4, 4, 4, 4, 4, 4}};  // known from the beginning
    std::vector<float> y(2 * 3 * 64, 0.5f);
    s.generate_from(exec::cpp, own, batch(y, 2), {.steps = 4});
    // [table]
    CHECK(y[2 * 64] == 0.5f);
    CHECK(y[0] != 0.5f);

    // [times]
    const blocks::time_table by_time{2,
                                     {0.9, 0.6, 0.2, 0.0,    // times of the schedule
                                      0.9, 0.9, 0.5, 0.0}};  // for two blocks
    s.generate(exec::cpp, by_time, batch(x, 2), {.seed = 7});
    // [times]
}

TEST_CASE("blocks.md: the loop of the owner has the bits of generate") {
    const video_network network;
    const sampler s{schedule::cosine{}, kernel::variance_preserving{},
                    predicts(denoised{}, network), solver::heun{}};
    std::vector<float> x(2 * 8 * 4), y = x;
    const options o{.steps = 5, .seed = 3};
    // [loop]
    auto run = s.start(exec::cpp, blocks::causal{8}, batch(x, 2), o);
    for (; run; run.advance())
        network(run.input(), run.output(), run.levels());
    // [loop]
    s.generate(exec::cpp, blocks::causal{8}, batch(y, 2), o);
    CHECK(x == y);
}
