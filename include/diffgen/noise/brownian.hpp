// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A source of noise with a Brownian path W for every element: a fixed function of (seed, element),
// whatever the steps, so that runs on coarse and on fine grids have the same noise. The path is not
// stored. Its value at a time is found by a descent through a tree, as in the virtual Brownian tree
// of Li, Wong, Chen and Duvenaud (Scalable gradients for stochastic differential equations, 2020),
// and the tree's nodes are addresses of Philox.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/noise/path_increment.hpp>
#include <diffgen/noise/path_node.hpp>
#include <diffgen/noise/piece.hpp>
#include <diffgen/noise/source.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::noise {

namespace detail {

/// The rounds of Philox for a path's words: seven are the fewest with which Philox4x32 passes all
/// tests of BigCrush (Salmon et al. 2011, table 2).
inline constexpr int path_rounds = 7;

/// A path's words for a group of elements: word[i] holds those of number i of every block.
template <value V>
struct path_words {
    bits_of<V> word[block_size<scalar_of<V>>];
};

/// The path's words with one address, for the group that begins with a block.
template <value V, class Keys>
DIFFGEN_VALUE path_words<V> path_words_of(std::uint64_t block, std::uint32_t node,
                                          std::uint32_t stream, const Keys& keys) {
    const group_words<V> group = words_of_group<V, path_rounds>(block, node, stream, keys);
    path_words<V> words;
    for (int i = 0; i < block_size<scalar_of<V>>; ++i)
        words.word[i] = words_at<V>(group, i);
    return words;
}

}  // namespace detail

/// The first normal that a step draws is z = (W(u_1) - W(u_0)) / sqrt(|u_1 - u_0|), where the clock
/// is u = log-SNR / 2. All other normals, and all other streams, are those of philox{seed}. The
/// clock is cut off at +-63, so that the step to the clean end has a finite length too.
///
/// What z is. Increments over disjoint pieces are uncorrelated and z has mean 0 and variance 1:
/// exactly in doubles to 2^-42 / |u_1 - u_0|, in floats to 2^-25 / |u_1 - u_0|. Its distribution is
/// symmetric, and for steps of at least 0.01 it is within 0.004 of the normal one (the largest
/// difference of the distribution functions); the excess kurtosis is at most (h / |u_1 - u_0|)^2 /
/// 4 with h = 2^-9, and the sixth moment lies between 14.4 and 15. In steps that are shorter than h
/// the path is mostly straight, with single jumps of sqrt(h): the excess kurtosis of a step is
/// about h / |u_1 - u_0|.
///
/// Steps shorter than 2^-22 draw from philox. Where the grid turns, a new path begins. Runs with
/// this source are not fused.
struct brownian {
    std::uint64_t seed = 0;
    detail::path_increment increment{};  ///< what the path does in the stage; set by the run
    std::uint32_t draw = 0;     ///< the number of the solver's draw that takes the increment
    std::uint32_t stretch = 0;  ///< how often the grid has turned: every stretch has its own path

    /// The source whose draw number p.draw is the increment over the piece p, for the run's next
    /// stage. Throws bad_argument if an end of the piece is not a number.
    [[nodiscard]] brownian for_piece(const piece& p) const {
        diffgen::detail::require(!std::isnan(p.from) && !std::isnan(p.to),
                                 "a piece of a Brownian path from log-SNR ", p.from, " to ", p.to,
                                 "; both must be numbers");
        return {seed, detail::path_increment(p.from / 2, p.to / 2), p.draw, p.stretch};
    }

    /// The number of one element (its flat index) in a draw: the bits that fill writes for it.
    template <scalar_value T>
    DIFFGEN_VALUE T normal(noise::stream stream, std::uint32_t number, std::uint64_t flat) const {
        T z;
        fill<T>(stream, number, flat, 1, &z);
        return z;
    }

    /// Writes the numbers of the elements first .. first + count - 1 in a draw to `out`.
    template <value V>
    DIFFGEN_VALUE void fill(noise::stream stream, std::uint32_t number, std::uint64_t first,
                            int count, scalar_of<V>* out) const {
        if (stream != noise::stream::solver || number != draw || increment.empty()) {
            philox{seed}.template fill<V>(stream, number, first, count, out);
            return;
        }
        using T = scalar_of<V>;
        constexpr int size = detail::block_size<T>;
        const auto keys = detail::keys_of<V>(seed);
        const std::uint32_t path = first_path_stream + stretch * 128;
        const detail::path_plan& plan = increment.plan;
        std::uint64_t block = first / size;
        for (int skip = static_cast<int>(first % size); count > 0; skip = 0) {
            V sum[static_cast<std::size_t>(size)];
            for (auto& s : sum)
                s = broadcast<V>(T(0));
            for (int k = 0; k < increment.units(); ++k) {
                const detail::path_unit unit = increment.of_unit(k);
                add_unit<V>(unit, detail::path_words_of<V>(block, 0, path + unit.unit, keys), sum);
            }
            detail::path_words<V> words[detail::most_path_words];
            for (int k = 0; k < plan.words; ++k)
                words[k] = detail::path_words_of<V>(block, plan.word[k].node,
                                                    path + plan.word[k].unit, keys);
            add_tents_and_jumps<V>(plan, words, sum);
            if (skip == 0 && count >= detail::group_size<V>) {
                detail::store_group<V>(sum, out);
                out += detail::group_size<V>;
                count -= detail::group_size<V>;
            } else {
                T z[static_cast<std::size_t>(detail::group_size<V>)];
                detail::store_group<V>(sum, z);
                for (int i = skip; i < detail::group_size<V> && count > 0; ++i, --count)
                    *out++ = z[i];
            }
            block += static_cast<std::uint64_t>(value_traits<V>::width);
        }
    }

  private:
    /// Adds the growth over a unit, a sum of two wide variables divided by sqrt(2), and its tents.
    template <value V>
    DIFFGEN_VALUE static void add_unit(const detail::path_unit& unit,
                                       const detail::path_words<V>& words, V* sum) {
        using T = scalar_of<V>;
        using layout = detail::node_layout<T>;
        const T half = static_cast<T>(unit.growth * 0.70710678118654752);
        for (int i = 0; i < detail::block_size<T>; ++i) {
            sum[i] = detail::add_wide<V>(words.word[i], 0, half, sum[i]);
            sum[i] = detail::add_wide<V>(words.word[i], layout::wide, half, sum[i]);
        }
        for (int k = 0; k < 3; ++k)
            if (unit.tent[k] != 0)
                for (int i = 0; i < detail::block_size<T>; ++i)
                    sum[i] =
                        detail::add_narrow<V>(words.word[i], 2 * layout::wide + k * layout::narrow,
                                              static_cast<T>(unit.tent[k]), sum[i]);
    }

    /// Adds all tents and jumps of a plan.
    template <value V>
    DIFFGEN_VALUE static void add_tents_and_jumps(const detail::path_plan& plan,
                                                  const detail::path_words<V>* words, V* sum) {
        using T = scalar_of<V>;
        for (int k = 0; k < plan.tents; ++k) {
            const auto [word, field, factor] = plan.tent[k];
            for (int i = 0; i < detail::block_size<T>; ++i)
                sum[i] = detail::add_narrow<V>(words[word].word[i],
                                               field * detail::node_layout<T>::narrow,
                                               static_cast<T>(factor), sum[i]);
        }
        for (int k = 0; k < plan.jumps; ++k) {
            const auto [word, sign, t, size] = plan.jump[k];
            for (int i = 0; i < detail::block_size<T>; ++i)
                sum[i] = detail::add_jump<V>(words[word].word[i], sign, t, size, sum[i]);
        }
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::noise

#include <diffgen/core/with_macros.hpp>
