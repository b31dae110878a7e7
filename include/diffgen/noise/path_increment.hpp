// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Increments of a Brownian path as sums of few random numbers. The upper levels are P. Levy's
// construction (Processus stochastiques et mouvement brownien, 1948): the path bends at the middle
// of each piece, by a random number of its own. Below the last level a piece has one jump at a
// uniform place U: 1{U < t} - t has exactly the covariance min(s, t) - s t of a Brownian bridge
// (the empirical process of one observation; M. Donsker, Ann. Math. Stat. 23, 1952), so that the
// covariance of the whole path is that of Brownian motion.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::noise::detail {

/// Levels of tents whose random numbers are fields of one word. The word belongs to a piece of
/// length 2^-first; `levels` counts the levels, and `jumps` says whether jumps come below them.
struct path_group {
    int first, levels;
    bool jumps;
};

/// The groups below level 1, from coarse to fine. The tents of level d stand on pieces of 2^-d.
inline constexpr path_group path_groups[] = {{2, 3, false}, {5, 3, true}};
/// The most words below level 1 that an increment needs: one of each group for each end.
inline constexpr int most_path_words = 4;

/// The address of a word: the unit of the clock and the node in it.
struct path_word {
    std::uint32_t unit, node;
};

/// A tent: the number of its word, the number of its field in the word, and its factor in the
/// increment.
struct path_tent {
    int word, field;
    double factor;
};

/// A jump: the number of its word, the number of its sign in the word, the part t of its piece that
/// lies below the end of the increment, and its size, negative at the end that is subtracted.
struct path_jump {
    int word, sign;
    double t, size;
};

/// The words below level 1 that an increment is made from, and what it takes from them.
struct path_plan {
    int words = 0, tents = 0, jumps = 0;
    path_word word[most_path_words];
    path_tent tent[2 * (3 + 3)];
    path_jump jump[2];
};

/// What an increment takes from the word of a unit: the factors of the growth over the unit, of the
/// tent on all of it, and of those on its halves.
struct path_unit {
    std::uint32_t unit;
    double growth;
    double tent[3];
};

/// The clock runs over 128 units. The path grows over a unit by a random number of variance 1. The
/// piece number i of length 2^-d in a unit, d < 8, adds a tent of height sqrt(2^-d) / 2 times its
/// random number. The piece number i of length 2^-8 adds sqrt(2^-8) s (1{U < t} - t), with t from 0
/// to 1 along it and a sign s. The word of a unit, for growth and levels 0 and 1, has the node 0;
/// the word of the group whose first level is d has the node 2^d + i.
///
/// Zero on the caller's clock is a third of a unit from the start of a unit, and the clock's ends
/// are 63 units away. At times that are short binary fractions all tents then have two thirds of
/// their height, and no increment between such times hangs on one random number.
struct path_increment {
    static constexpr int depth = 8, tick_bits = 46;
    static constexpr double tick = 0x1p-46, reach = 63;
    static constexpr std::uint64_t unit = std::uint64_t{1} << tick_bits;
    static constexpr std::uint64_t origin = 64 * unit + unit / 3;
    static constexpr double shortest = 0x1p-22;  ///< the shortest step that has an increment

    std::uint64_t low = 0, high = 0;  ///< the ends in ticks; both are equal where there is none
    double scale = 0;                 ///< 1 / sqrt(length), negative where the step goes down
    path_plan plan;                   ///< what it takes from all words but those of units

    path_increment() = default;
    path_increment(double from, double to) {
        const std::uint64_t first = nearest(from), last = nearest(to);
        low = std::min(first, last);
        high = std::max(first, last);
        if (length() < shortest) {
            low = high;
            return;
        }
        scale = (first < last ? 1 : -1) / std::sqrt(length());
        for (const path_group& group : path_groups) {
            const std::uint64_t of_low = start_of(low, group.first);
            const std::uint64_t of_high = start_of(high - 1, group.first);
            add_word(group, of_low);
            if (of_high != of_low) add_word(group, of_high);
        }
    }

    [[nodiscard]] DIFFGEN_HD constexpr bool empty() const { return low == high; }
    /// The length in units.
    [[nodiscard]] double length() const { return static_cast<double>(high - low) * tick; }

    /// The number of units that the increment touches; not for an empty one.
    [[nodiscard]] DIFFGEN_HD constexpr int units() const {
        return static_cast<int>((high - 1) / unit - low / unit) + 1;
    }

    /// What the increment takes from the word of the unit number k that it touches.
    [[nodiscard]] DIFFGEN_HD constexpr path_unit of_unit(int k) const {
        const std::uint64_t start = (low / unit + static_cast<std::uint64_t>(k)) * unit;
        const std::uint64_t first = low > start ? low : start;
        const std::uint64_t last = high < start + unit ? high : start + unit;
        const double in_units = tick * scale, in_halves = 1.4142135623730951 * in_units;
        const auto rise = [&](std::uint64_t from, std::uint64_t length) {
            return static_cast<double>(tent(high, from, length) - tent(low, from, length));
        };
        return {static_cast<std::uint32_t>(start / unit),
                static_cast<double>(last - first) * in_units,
                {rise(start, unit) * in_units, rise(start, unit / 2) * in_halves,
                 rise(start + unit / 2, unit / 2) * in_halves}};
    }

  private:
    /// Adds the word of the piece that begins at start, unless nothing is taken from it.
    void add_word(const path_group& group, std::uint64_t start) {
        const std::uint64_t length = unit >> group.first;
        const int before = plan.tents + plan.jumps;
        for (int level = 0; level < group.levels; ++level)
            add_tents(group, start, level);
        if (group.jumps) {
            if (low >= start && low < start + length) add_jump(start, low, -scale);
            if (high > start && high <= start + length) add_jump(start, high, scale);
        }
        if (plan.tents + plan.jumps > before)
            plan.word[plan.words++] = {
                static_cast<std::uint32_t>(start / unit),
                (1u << group.first) + static_cast<std::uint32_t>(start % unit / length)};
    }

    /// Adds the tents of a level of a word's piece that an end of the increment is under.
    void add_tents(const path_group& group, std::uint64_t start, int level) {
        const int d = group.first + level;
        const std::uint64_t length = unit >> d, end = start + (length << level);
        const double height = std::ldexp(d % 2 == 0 ? 1 : 1.4142135623730951, d / 2);
        std::uint64_t done = end;  // the start of a piece that has been counted
        for (const std::uint64_t q : {low, high - 1}) {
            const std::uint64_t piece = start_of(q, d);
            if (q < start || q >= end || piece == done) continue;
            done = piece;
            const std::int64_t difference = tent(high, piece, length) - tent(low, piece, length);
            if (difference == 0) continue;
            plan.tent[plan.tents++] = {
                plan.words, (1 << level) - 1 + static_cast<int>((piece - start) / length),
                static_cast<double>(difference) * (height * tick) * scale};
        }
    }

    /// Adds the jump of the piece of the last level that has the end q of the increment inside.
    void add_jump(std::uint64_t start, std::uint64_t q, double size) {
        constexpr std::uint64_t length = unit >> depth;
        const std::uint64_t along = (q - start) % length;
        if (along == 0) return;
        plan.jump[plan.jumps++] = {plan.words, static_cast<int>((q - start) / length),
                                   static_cast<double>(along) / static_cast<double>(length),
                                   size / (1 << depth / 2)};
    }

    /// The start of the piece of length 2^-d that q is in.
    static std::uint64_t start_of(std::uint64_t q, int d) {
        return q >> (tick_bits - d) << (tick_bits - d);
    }
    /// The tick nearest to a time on the caller's clock, cut off at both ends.
    static std::uint64_t nearest(double u) {
        return origin +
               static_cast<std::uint64_t>(std::llround(std::clamp(u, -reach, reach) / tick));
    }
    /// Distance of q to the nearer end of the piece, 0 outside.
    DIFFGEN_HD static constexpr std::int64_t tent(std::uint64_t q, std::uint64_t start,
                                                  std::uint64_t length) {
        if (q <= start || q >= start + length) return 0;
        const std::uint64_t left = q - start, right = start + length - q;
        return static_cast<std::int64_t>(left < right ? left : right);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::noise::detail

#include <diffgen/core/with_macros.hpp>
