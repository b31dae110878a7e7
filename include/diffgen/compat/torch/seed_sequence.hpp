// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// numpy.random.SeedSequence, from which torchsde has its seeds (O'Neill 2015, "Developing a
// seed_seq alternative").

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::torch {

/// 32-bit words from an entropy and the place of a child, by way of a pool of `pool_size` words.
class seed_sequence {
  public:
    explicit seed_sequence(std::uint64_t entropy, const std::vector<std::uint64_t>& spawn_key = {},
                           std::size_t pool_size = 4)
        : pool_(pool_size) {
        std::vector<std::uint32_t> words;
        append(words, entropy);
        if (!spawn_key.empty() && words.size() < pool_size) words.resize(pool_size);
        for (const std::uint64_t key : spawn_key)
            append(words, key);
        mix(words);
    }

    /// The first n words.
    [[nodiscard]] std::vector<std::uint32_t> generate_state(std::size_t n) const {
        std::vector<std::uint32_t> state;
        std::uint32_t constant = 0x8b51f9ddU;
        for (std::size_t i = 0; i < n; ++i)
            state.push_back(hashed(pool_[i % pool_.size()], constant, 0x58f38dedU));
        return state;
    }

  private:
    static void append(std::vector<std::uint32_t>& words, std::uint64_t value) {
        words.push_back(static_cast<std::uint32_t>(value));
        if (value >> 32 != 0) words.push_back(static_cast<std::uint32_t>(value >> 32));
    }
    /// Each call changes the constant for the next.
    static std::uint32_t hashed(std::uint32_t value, std::uint32_t& constant,
                                std::uint32_t multiplier) {
        value ^= constant;
        constant *= multiplier;
        value *= constant;
        return value ^ (value >> 16);
    }
    void mix(const std::vector<std::uint32_t>& words) {
        std::uint32_t constant = 0x43b0d7e5U;
        const auto hash = [&](std::uint32_t value) { return hashed(value, constant, 0x931e8875U); };
        const auto stir = [&](std::uint32_t& into, std::uint32_t value) {
            const std::uint32_t mixed = 0xca01f9ddU * into - 0x4973f715U * hash(value);
            into = mixed ^ (mixed >> 16);
        };
        for (std::size_t i = 0; i < pool_.size(); ++i)
            pool_[i] = hash(i < words.size() ? words[i] : 0);
        for (std::size_t from = 0; from < pool_.size(); ++from)
            for (std::size_t to = 0; to < pool_.size(); ++to)
                if (from != to) stir(pool_[to], pool_[from]);
        for (std::size_t from = pool_.size(); from < words.size(); ++from)
            for (std::uint32_t& each : pool_)
                stir(each, words[from]);
    }

    std::vector<std::uint32_t> pool_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::torch

#include <diffgen/core/with_macros.hpp>
