// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Runs of 32 blocks against runs without blocks of the same size and of as many evaluations: eight
// samples of 32 blocks of 1,024 numbers, DPM-Solver++ 2M.

#include <diffgen/blocks/rules.hpp>
#include <diffgen/diffgen.hpp>

#include "../contest.hpp"
#include "bars.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace {

using namespace diffgen;

constexpr std::size_t samples = 8, count = 32, elements = count * 1024;

/// A factor for each block, or one for all.
struct factors {
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& l) const {
        scale(in.data, in.size(), out.data, l);
    }
    template <class In, class Out>
    void operator()(const In& in, const Out& out, std::span<const noise_level> levels) const {
        const std::size_t each = in.size() / levels.size();
        for (std::size_t i = 0; i < levels.size(); ++i)
            scale(in.data + i * each, each, out.data + i * each, levels[i]);
    }

  private:
    static void scale(const float* in, std::size_t n, float* out, const noise_level& l) {
        const auto factor = static_cast<float>(l.sigma);
        for (std::size_t i = 0; i < n; ++i)
            out[i] = factor * in[i];
    }
};

}  // namespace

void bar_blocks(bars& to) {
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(epsilon{}, factors{}), solver::dpm_solver_pp_multistep<2>{}};
    std::vector<float> x(samples * elements);
    const options in_20{.steps = 20}, in_51{.steps = 51};
    const auto plain = [&](const options& o) {
        return
            [&] { return contest::time_of([&] { s.generate(exec::cpp, batch(x, samples), o); }); };
    };
    const auto by_block = [&](const auto& rule, const options& o) {
        return [&, rule] {
            return contest::time_of([&] { s.generate(exec::cpp, rule, batch(x, samples), o); });
        };
    };
    to.at_most("32 blocks, uniform / without blocks",
               contest::ratio(by_block(blocks::uniform{count}, in_51), plain(in_51), 11), 1.2);
    to.at_most("32 blocks, a pyramid of 51 rounds / 51 steps without blocks",
               contest::ratio(by_block(blocks::pyramid{count, 1}, in_20), plain(in_51), 11), 1.5);
}
