// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Increments of a Brownian path as sums of normals by P. Levy's construction (Processus
// stochastiques et mouvement brownien, 1948): the path bends at the middle of each piece, by a
// normal of its own.

#include <diffgen/core/lanes.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace diffgen::noise::detail {

/// One normal of the path's expansion, and its factor in an increment.
template <scalar_value T>
struct path_term {
    std::uint32_t unit, node;
    T factor;
};

/// The clock runs over 128 units. Over a unit the path grows by the normal of its node 0; the piece
/// number i of length 2^-d in it, d < 30, adds the normal of node 2^d + i times a tent of height
/// sqrt(2^-d) / 2 over the piece. Between multiples of 2^-30 the path is straight. An increment is
/// a sum of few of these normals: of the tents, those that an end of it is under.
struct path_increment {
    static constexpr int depth = 30;
    static constexpr double tick = 0x1p-46, units = 128;
    static constexpr std::uint64_t unit = std::uint64_t{1} << 46;
    static constexpr double shortest = 0x1p-22;  ///< of steps that have an increment

    std::uint64_t low = 0, high = 0;  ///< in ticks; equal for none
    double scale = 0;                 ///< 1 / sqrt(length), negative where the step goes down

    path_increment() = default;
    path_increment(double from, double to) {
        const std::uint64_t first = nearest(from), last = nearest(to);
        low = std::min(first, last);
        high = std::max(first, last);
        if (length() < shortest)
            low = high;
        else
            scale = (first < last ? 1 : -1) / std::sqrt(length());
    }

    [[nodiscard]] DIFFGEN_HD constexpr bool empty() const { return low == high; }
    [[nodiscard]] double length() const { return static_cast<double>(high - low) * tick; }

    [[nodiscard]] DIFFGEN_HD constexpr int terms() const {
        return static_cast<int>((high - 1) / unit - low / unit) + 1 + 2 * depth;
    }

    /// Term k of (W(high) - W(low)) times scale, of terms(); not for an empty one.
    template <scalar_value T>
    [[nodiscard]] DIFFGEN_HD constexpr path_term<T> term(int k) const {
        const int whole = terms() - 2 * depth;
        if (k < whole) {
            const std::uint64_t start = (low / unit + static_cast<std::uint64_t>(k)) * unit;
            const std::uint64_t first = low > start ? low : start;
            const std::uint64_t last = high < start + unit ? high : start + unit;
            return {static_cast<std::uint32_t>(start / unit), 0,
                    static_cast<T>(last - first) * T(tick) * static_cast<T>(scale)};
        }
        const int d = (k - whole) / 2;
        const std::uint64_t length = unit >> d;
        const std::uint64_t of_low = low / length * length;
        const bool again = (k - whole) % 2 == 1;
        const std::uint64_t start = again ? (high - 1) / length * length : of_low;
        const auto difference =
            again && start == of_low
                ? T(0)  // counted already
                : static_cast<T>(tent(high, start, length) - tent(low, start, length));
        const T height = static_cast<T>(1 << d / 2) * (d % 2 == 0 ? T(1) : T(1.4142135623730951));
        return {static_cast<std::uint32_t>(start / unit),
                (1u << d) + static_cast<std::uint32_t>(start % unit / length),
                difference * (height * T(tick)) * static_cast<T>(scale)};
    }

  private:
    /// The tick nearest to a time on the clock, cut off at both ends.
    static std::uint64_t nearest(double u) {
        return static_cast<std::uint64_t>(
            std::llround((std::clamp(u, -units / 2, units / 2) + units / 2) / tick));
    }
    /// Distance of q to the nearer end of the piece, 0 outside.
    DIFFGEN_HD static constexpr std::int64_t tent(std::uint64_t q, std::uint64_t start,
                                                  std::uint64_t length) {
        if (q <= start || q >= start + length) return 0;
        const std::uint64_t left = q - start, right = start + length - q;
        return static_cast<std::int64_t>(left < right ? left : right);
    }
};

}  // namespace diffgen::noise::detail
