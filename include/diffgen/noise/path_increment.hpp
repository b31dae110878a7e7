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
    std::uint32_t node;
    T factor;
};

/// The clock runs over 128 units of 2^20 cells. Over unit n the path grows by the normal of node
/// n 2^20; the piece number i of length 2^-d in it adds the normal of node n 2^20 + 2^d + i times a
/// tent of height sqrt(2^-d) / 2 over the piece. An increment is a sum of few of these normals: of
/// the tents, those that an end of it is under.
struct path_increment {
    static constexpr int depth = 20;
    static constexpr std::uint32_t unit = 1u << depth;
    static constexpr double units = 128;

    std::uint32_t low = 0, high = 0;  ///< in cells
    double scale = 0;                 ///< 1 / sqrt(length), negative where the step goes down

    /// The cell boundary nearest to a log-SNR on the clock log_snr / 2, cut off at both ends.
    static std::uint32_t cell(double log_snr) {
        const double u = std::clamp(log_snr / 2, -units / 2, units / 2);
        return static_cast<std::uint32_t>(std::llround((u + units / 2) * unit));
    }

    [[nodiscard]] DIFFGEN_HD constexpr int terms() const {
        return static_cast<int>((high - 1) / unit - low / unit) + 1 + 2 * depth;
    }

    /// Term k of (W(high) - W(low)) times scale, of terms().
    template <scalar_value T>
    [[nodiscard]] DIFFGEN_HD constexpr path_term<T> term(int k) const {
        const int whole = terms() - 2 * depth;
        if (k < whole) {
            const std::uint32_t start = (low / unit + static_cast<std::uint32_t>(k)) * unit;
            const std::uint32_t first = low > start ? low : start;
            const std::uint32_t last = high < start + unit ? high : start + unit;
            return {start, static_cast<T>(last - first) * T(0x1p-20) * static_cast<T>(scale)};
        }
        const int d = (k - whole) / 2;
        const std::uint32_t length = unit >> d;
        const std::uint32_t of_low = low / length * length;
        const std::uint32_t start = (k - whole) % 2 == 0 ? of_low : (high - 1) / length * length;
        const std::uint32_t node = start / unit * unit + (1u << d) + start % unit / length;
        if ((k - whole) % 2 == 1 && start == of_low) return {node, T(0)};  // counted already
        const auto difference =
            static_cast<T>(tent(high, start, length) - tent(low, start, length));
        const T height = static_cast<T>(1 << d / 2) * (d % 2 == 0 ? T(1) : T(1.4142135623730951));
        return {node, difference * (height * T(0x1p-20)) * static_cast<T>(scale)};
    }

  private:
    /// Distance of q to the nearer end of the node, 0 outside.
    DIFFGEN_HD static constexpr std::int32_t tent(std::uint32_t q, std::uint32_t start,
                                                  std::uint32_t length) {
        if (q <= start || q >= start + length) return 0;
        const std::uint32_t left = q - start, right = start + length - q;
        return static_cast<std::int32_t>(left < right ? left : right);
    }
};

}  // namespace diffgen::noise::detail
