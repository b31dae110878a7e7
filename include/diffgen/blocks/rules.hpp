// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ready tables of levels by block and step.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/blocks/step_table.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::blocks {

/// All blocks at one level: the bits of a run without blocks.
struct uniform {
    int count = 1;
    int begin = 0;  ///< step of the grid with which they begin, as options::begin_step

    void check() const {
        detail::require_count("blocks::uniform", count);
        detail::require(begin >= 0, "blocks::uniform from step ", begin, " on; 0 or later");
    }
    [[nodiscard]] step_table table(int grid_steps) const {
        detail::require(begin < grid_steps, "blocks::uniform from step ", begin, " of a grid of ",
                        grid_steps, " steps on; before its end");
        return detail::make_table(count, grid_steps - begin, grid_steps,
                                  [=, this](int, int r) { return begin + r; });
    }
};

/// Each block begins when the one before it is clean: autoregression, block after block.
struct causal {
    int count = 1;

    void check() const { detail::require_count("blocks::causal", count); }
    [[nodiscard]] step_table table(int grid_steps) const {
        return detail::make_table(count, std::int64_t{count} * grid_steps, grid_steps,
                                  [=](int b, int r) { return r - b * grid_steps; });
    }
};

/// Each block begins `delay` rounds after the one before it, so that what is later is noisier: the
/// pyramid of Chen et al. 2024, whose uncertainty scale the delay is. 0 is uniform{}, the number of
/// the grid's steps causal{}; at 0.5 two blocks begin at a time.
struct pyramid {
    int count = 1;
    double delay = 1;  ///< rounds

    void check() const {
        detail::require_count("blocks::pyramid", count);
        detail::require(detail::is_not_negative(delay) && delay <= 1e6,
                        "blocks::pyramid with a delay of ", delay, " rounds; 0 to 1e6");
    }
    [[nodiscard]] step_table table(int grid_steps) const {
        const auto late = [d = delay](int b) { return static_cast<int>(std::floor(b * d)); };
        return detail::make_table(count, grid_steps + late(count - 1), grid_steps,
                                  [&](int b, int r) { return r - late(b); });
    }
};

/// A window that rolls over a sequence without an end (Ruhe et al. 2024, Rolling Diffusion,
/// arXiv:2402.09470, section 3.2): from the first block, which is nearly clean, to the last, which
/// is noise, each is grid_steps / count steps noisier than the one before it. A run makes the first
/// block clean and brings every other one to where the one before it began; then your program takes
/// the first block out, moves the others up and puts noise at the end. rolling_start{} fills the
/// window.
struct rolling {
    int count = 2;

    void check() const { detail::require_count("blocks::rolling", count); }
    /// Steps of the grid between neighbours. Throws bad_argument unless the window divides the
    /// grid.
    [[nodiscard]] int stride(int grid_steps) const {
        detail::require(grid_steps % count == 0, "a rolling window of ", count,
                        " blocks on a grid of ", grid_steps,
                        " steps; their number must be a multiple of that of the blocks");
        return grid_steps / count;
    }
    [[nodiscard]] step_table table(int grid_steps) const {
        const int apart = stride(grid_steps);
        return detail::make_table(count, apart, grid_steps,
                                  [=](int b, int r) { return grid_steps - (b + 1) * apart + r; });
    }
};

/// The first run of a rolling window, from noise: its first block becomes clean, and every other
/// one comes to where a run of rolling{} leaves it (section 3.3 of the same).
struct rolling_start {
    int count = 2;

    void check() const { detail::require_count("blocks::rolling_start", count); }
    [[nodiscard]] step_table table(int grid_steps) const {
        const int apart = rolling{count}.stride(grid_steps);
        return detail::make_table(count, grid_steps, grid_steps,
                                  [=](int b, int r) { return r - b * apart; });
    }
};

/// Channels of two speeds: the first `fast` blocks take `ratio` steps of the grid in each round,
/// are clean early and wait; the others take one. Groups of channels of unequal size are several
/// blocks of equal size.
struct two_speed {
    int fast = 1, slow = 1;
    int ratio = 2;

    void check() const {
        detail::require(fast >= 0 && slow >= 1 && ratio >= 1, "blocks::two_speed of ", fast,
                        " fast blocks and ", slow, " slow ones, with a ratio of ", ratio,
                        "; 0, 1 and 1 at least");
    }
    [[nodiscard]] step_table table(int grid_steps) const {
        return detail::make_table(fast + slow, grid_steps, grid_steps, [=, this](int b, int r) {
            return b < fast ? std::min(r * ratio, grid_steps) : r;
        });
    }
};

/// `known` blocks, clean from the beginning, before those of another rule: their values are given
/// with the state, are seen by the network, and stay to the bit (Black et al. 2025, the
/// training-time form of real-time chunking, arXiv:2512.05964).
template <rule Rest>
struct after_prefix {
    int known = 1;
    Rest rest;

    void check() const {
        detail::require(known >= 0, "blocks::after_prefix with ", known,
                        " known blocks; 0 or more");
        detail::check(rest);
    }
    [[nodiscard]] step_table table(int grid_steps) const {
        step_table of_rest = rest.table(grid_steps);
        check_table(of_rest, grid_steps);
        const auto columns = static_cast<std::size_t>(of_rest.rounds()) + 1;
        of_rest.steps.insert(of_rest.steps.begin(), static_cast<std::size_t>(known) * columns,
                             grid_steps);
        of_rest.count += known;
        return of_rest;
    }
};
template <class Rest>
after_prefix(int, Rest) -> after_prefix<Rest>;

}  // namespace diffgen::inline DIFFGEN_ABI::blocks

#include <diffgen/core/with_macros.hpp>
