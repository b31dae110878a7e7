// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One layer of a small network on values, y = f(W x + b), and the order in which it wants W.
//
// A value holds one number of several samples, so that a weight is multiplied with all of them at
// once. Eight sums at a time stay in registers while the inputs go by: as many as two units with a
// latency of four cycles are kept busy by. They are of eight outputs, or of four outputs of twice
// as many samples, which loads fewer weights for each multiplication.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/predictor/activation.hpp>

#include <cstddef>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::detail {

/// Sums that are worked on at the same time, and outputs whose weights lie together.
inline constexpr std::size_t block_outputs = 8;

template <std::size_t Inputs, std::size_t Outputs>
struct dense_layer {
    /// Where the weight of an output and an input lies: block after block of outputs, in a block
    /// input after input, the outputs of the block side by side.
    static constexpr std::size_t place(std::size_t output, std::size_t input) {
        const std::size_t first = output / block_outputs * block_outputs;
        const std::size_t count = Outputs - first < block_outputs ? Outputs - first : block_outputs;
        return first * Inputs + input * count + (output - first);
    }

    /// y[p][j] = f(b[j] + sum over i of W(j, i) x[p][i]) for `Packs` packs p of samples, 1 or 2; w
    /// is in the order of place(). The bits of a sample depend neither on the packs nor on the
    /// lanes.
    template <activation A, value V, std::size_t Packs>
    DIFFGEN_VALUE static void apply(const scalar_of<V>* w, const scalar_of<V>* b,
                                    const V (&x)[Packs][Inputs], V (&y)[Packs][Outputs]) {
        constexpr std::size_t rest = Outputs % block_outputs, whole = Outputs - rest;
        constexpr std::size_t count = block_outputs / Packs;  // outputs at a time
        for (std::size_t first = 0; first != whole; first += block_outputs)
            for (std::size_t j = 0; j < block_outputs; j += count)
                sums<A, count, block_outputs>(w + first * Inputs + j, b, x, y, first + j);
        if constexpr (rest > 0) sums<A, rest, rest>(w + whole * Inputs, b, x, y, whole);
    }

  private:
    /// `Count` outputs, from number `first` on; the weights of an input are `Stride` apart from
    /// those of the next. A sum has parts that take the inputs in turn: the first begins with the
    /// bias, and the others are added to it at the end. In a block of few outputs there are more
    /// parts, so that there are eight sums to work on.
    template <activation A, std::size_t Count, std::size_t Stride, value V, std::size_t Packs>
    DIFFGEN_VALUE static void sums(const scalar_of<V>* w, const scalar_of<V>* b,
                                   const V (&x)[Packs][Inputs], V (&y)[Packs][Outputs],
                                   std::size_t first) {
        constexpr std::size_t parts = block_outputs / Stride, all = Packs * Count;
        constexpr std::size_t even = Inputs / parts * parts;
        constexpr auto each = std::make_index_sequence<all>{};
        V s[parts][all];
        begin<Count>(b + first, s[0], each);
        for (std::size_t k = 1; k < parts; ++k)
            for (V& sum : s[k])
                sum = broadcast<V>(scalar_of<V>(0));
        for (std::size_t i = 0; i != even; i += parts)
            for (std::size_t k = 0; k < parts; ++k)
                add<Count>(w + (i + k) * Stride, x, i + k, s[k], each);
        for (std::size_t i = even; i < Inputs; ++i)
            add<Count>(w + i * Stride, x, i, s[0], each);
        for (std::size_t k = 1; k < parts; ++k)
            for (std::size_t n = 0; n < all; ++n)
                s[0][n] = s[0][n] + s[k][n];
        activate<A>(s[0], each);
        for (std::size_t n = 0; n < all; ++n)
            y[n / Count][first + n % Count] = s[0][n];
    }
    template <std::size_t Count, value V, std::size_t... N>
    DIFFGEN_VALUE static void begin(const scalar_of<V>* b, V* s, std::index_sequence<N...>) {
        ((s[N] = broadcast<V>(b[N % Count])), ...);
    }
    template <std::size_t Count, value V, std::size_t Packs, std::size_t... N>
    DIFFGEN_VALUE static void add(const scalar_of<V>* w, const V (&x)[Packs][Inputs], std::size_t i,
                                  V* s, std::index_sequence<N...>) {
        ((s[N] = diffgen::fma(broadcast<V>(w[N % Count]), x[N / Count][i], s[N])), ...);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::detail

#include <diffgen/core/with_macros.hpp>
