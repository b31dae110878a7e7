// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The random numbers of networks and their training: counter-based, addressed by purpose.

#include <cmath>
#include <cstdint>

namespace diffgen::nn {

/// What a random number is for; numbers of two purposes are independent.
enum class purpose : std::uint32_t {
    weights = 0x6e6e0000,  ///< initial weights
    data_order,            ///< which sample a batch takes
    time,                  ///< the noise level of a training sample
    noise,                 ///< its noise
    class_dropout          ///< whether its class is hidden
};

/// The numbers of one seed; the same address gives the same number, in any order, on any thread.
struct random_source {
    std::uint64_t seed = 0;

    /// Standard normal number `flat` of draw `draw`.
    template <class T>
    T normal(purpose stream, std::uint32_t draw, std::uint64_t flat) const {
        const double u = unit(stream, draw, 2 * flat), v = unit(stream, draw, 2 * flat + 1);
        return static_cast<T>(std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v));
    }
    /// A number in (0, 1).
    template <class T>
    T uniform(purpose stream, std::uint32_t draw, std::uint64_t flat) const {
        return static_cast<T>(unit(stream, draw, 2 * flat));
    }

  private:
    static std::uint64_t mix(std::uint64_t z) {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    double unit(purpose stream, std::uint32_t draw, std::uint64_t flat) const {
        const std::uint64_t place =
            (std::uint64_t{static_cast<std::uint32_t>(stream)} << 32) | draw;
        return (static_cast<double>(mix(mix(mix(seed) + place) + flat) >> 12) + 0.5) * 0x1p-52;
    }
};

}  // namespace diffgen::nn
