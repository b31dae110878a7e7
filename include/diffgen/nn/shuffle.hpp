// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The order in which a training meets its samples: every epoch a new permutation, computed at any
// place without a table, by a four-round Feistel network and cycle walking (Black and Rogaway
// 2002).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/noise/source.hpp>

#include <bit>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::nn {

class shuffle {
  public:
    /// Throws bad_argument unless 1 <= samples < 2^48.
    shuffle(std::int64_t samples, noise::philox random) : samples_(samples), random_(random) {
        if (samples < 1 || samples >= std::int64_t{1} << 48)
            throw bad_argument(
                diffgen::detail::text("diffgen: a shuffle of ", samples, " samples"));
        const auto bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(samples - 1)));
        half_bits_ = bits < 2 ? 1 : (bits + 1) / 2;
    }

    /// The sample at this position of the stream of epochs.
    std::int64_t operator()(std::int64_t position) const {
        const auto epoch = static_cast<std::uint32_t>(position / samples_);
        auto i = static_cast<std::uint64_t>(position % samples_);
        // The network permutes a power of 4; walking on from places outside stays a permutation.
        do
            i = permute(i, epoch);
        while (i >= static_cast<std::uint64_t>(samples_));
        return static_cast<std::int64_t>(i);
    }

  private:
    std::uint64_t permute(std::uint64_t i, std::uint32_t epoch) const {
        const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
        std::uint64_t left = i >> half_bits_, right = i & mask;
        for (std::uint64_t round = 0; round < 4; ++round) {
            const double u =
                random_.uniform<double>(noise::stream::data, epoch, (round << 32) | right);
            const auto word = static_cast<std::uint64_t>(u * static_cast<double>(mask + 1));
            const std::uint64_t next = left ^ (word & mask);
            left = right;
            right = next;
        }
        return (left << half_bits_) | right;
    }

    std::int64_t samples_;
    noise::philox random_;
    int half_bits_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
