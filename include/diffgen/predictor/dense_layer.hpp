// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One layer of a small network on values, y = f(W x + b), and the order in which it wants W.
//
// A value holds one number of several samples, so that a weight is multiplied with all of them at
// once. The outputs are taken in blocks of eight, whose sums stay in registers while the inputs go
// by: eight sums are what two units with a latency of four cycles are kept busy by.

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/predictor/activation.hpp>

#include <cstddef>
#include <utility>

namespace diffgen::detail {

/// Outputs that are summed up at the same time.
inline constexpr int block_outputs = 8;

template <int Inputs, int Outputs>
struct dense_layer {
    static constexpr int weights = Inputs * Outputs;

    /// Where the weight of an output and an input lies: block after block of outputs, in a block
    /// input after input, the outputs of the block side by side.
    static constexpr std::size_t place(int output, int input) {
        const int block = output / block_outputs, first = block * block_outputs;
        const int count = Outputs - first < block_outputs ? Outputs - first : block_outputs;
        return static_cast<std::size_t>(first * Inputs + input * count + (output - first));
    }

    /// y[j] = f(b[j] + sum over i of W(j, i) x[i]). w is in the order of place().
    template <activation A, value V>
    DIFFGEN_VALUE static void apply(const scalar_of<V>* w, const scalar_of<V>* b, const V* x,
                                    V* y) {
        constexpr int whole = Outputs / block_outputs;
        constexpr std::size_t rest = Outputs % block_outputs;
        for (int k = 0; k < whole; ++k)
            block<A>(w + k * block_outputs * Inputs, b + k * block_outputs, x,
                     y + k * block_outputs, std::make_index_sequence<block_outputs>{});
        if constexpr (rest > 0) {
            constexpr int first = whole * block_outputs;
            block<A>(w + first * Inputs, b + first, x, y + first, std::make_index_sequence<rest>{});
        }
    }

  private:
    /// The sums of a block of outputs, each in `Chains` parts that take the inputs in turn: part 0
    /// begins with the bias, and the others are added to it at the end. A block of few outputs has
    /// more parts, so that there are as many sums to work on.
    template <activation A, value V, std::size_t... J>
    DIFFGEN_VALUE static void block(const scalar_of<V>* w, const scalar_of<V>* b, const V* x, V* y,
                                    std::index_sequence<J...> outputs) {
        constexpr int count = static_cast<int>(sizeof...(J)), chains = block_outputs / count;
        constexpr int even = Inputs / chains * chains;
        V sums[sizeof...(J)];
        ((sums[J] = broadcast<V>(b[J])), ...);
        if constexpr (chains == 1) {
            for (int i = 0; i < Inputs; ++i)
                add(w + i * count, x[i], sums, outputs);
        } else {
            V parts[static_cast<std::size_t>(chains - 1)][sizeof...(J)];
            for (int c = 1; c < chains; ++c)
                ((parts[c - 1][J] = broadcast<V>(scalar_of<V>(0))), ...);
            for (int i = 0; i < even; i += chains) {
                add(w + i * count, x[i], sums, outputs);
                for (int c = 1; c < chains; ++c)
                    add(w + (i + c) * count, x[i + c], parts[c - 1], outputs);
            }
            for (int i = even; i < Inputs; ++i)
                add(w + i * count, x[i], sums, outputs);
            for (int c = 1; c < chains; ++c)
                ((sums[J] = sums[J] + parts[c - 1][J]), ...);
        }
        activate<A>(sums, outputs);
        ((y[J] = sums[J]), ...);
    }

    template <value V, std::size_t... J>
    DIFFGEN_VALUE static void add(const scalar_of<V>* w, const V& x, V* sums,
                                  std::index_sequence<J...>) {
        ((sums[J] = diffgen::fma(broadcast<V>(w[J]), x, sums[J])), ...);
    }
};

}  // namespace diffgen::detail
