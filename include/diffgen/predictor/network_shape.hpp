// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sizes of a small network (predictor/small_network.hpp), how it sees the time, and where its
// weights lie in memory.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/predictor/activation.hpp>
#include <diffgen/predictor/dense_layer.hpp>

#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI {

/// The sizes of a small network, and its nonlinearity. Example, a policy that sees six numbers and
/// chooses 32: network_shape{.state = 32, .hidden = {64, 64}, .condition = 6}.
struct network_shape {
    static constexpr int most_hidden_layers = 8;

    int state = 0;                           ///< numbers of a sample, in and out
    int hidden[most_hidden_layers] = {};     ///< widths of the hidden layers, as many as there are
    int condition = 0;                       ///< numbers of the condition, one for the whole batch
    int time_features = 1;                   ///< 0: none; 1: the network's time itself; even: waves
    activation function = activation::silu;  ///< between the layers; there is none after the last

    /// The number of hidden layers.
    [[nodiscard]] constexpr int hidden_layers() const {
        int n = 0;
        while (n < most_hidden_layers && hidden[n] > 0)
            ++n;
        return n;
    }
    /// The number of layers with weights.
    [[nodiscard]] constexpr int layers() const { return hidden_layers() + 1; }
    /// The numbers that a layer takes, for the first one with time and condition.
    [[nodiscard]] constexpr int inputs(int layer) const {
        return layer == 0 ? state + time_features + condition : hidden[layer - 1];
    }
    /// The numbers that a layer gives.
    [[nodiscard]] constexpr int outputs(int layer) const {
        return layer == hidden_layers() ? state : hidden[layer];
    }
    /// Whether the sizes make sense.
    [[nodiscard]] constexpr bool valid() const {
        for (int k = hidden_layers(); k < most_hidden_layers; ++k)
            if (hidden[k] != 0) return false;  // a width below 1, or one after a gap
        return state >= 1 && condition >= 0 && hidden_layers() >= 1 &&
               (time_features == 0 || time_features == 1 ||
                (time_features >= 2 && time_features % 2 == 0));
    }
};

/// How the time becomes several numbers: sin(f t) and cos(f t) for angular frequencies f that are
/// spread geometrically from the first to the last (Vaswani et al. 2017, section 3.5). The default
/// is for a time from 0 to 1; {1, 1e-4} is that of a step number 0 .. 999.
struct time_waves {
    double first = 1, last = 100;
    bool cosines_first = false;  ///< otherwise all sines come before all cosines

    void check() const {
        detail::require(detail::is_positive(first) && detail::is_positive(last), "time_waves from ",
                        first, " to ", last, "; both frequencies must be finite and above 0");
    }
};

namespace detail {

/// Where the weights of a network lie in one array. Each layer has its weights, in the order of
/// dense_layer::place, then its biases; of the first layer only those of the state. The other
/// columns of the first layer, which only bind() reads, come last, row after row.
template <network_shape Shape>
struct packed {
    static constexpr std::size_t multiple = 16;  ///< parts begin at multiples of this

    static constexpr std::size_t rounded(std::size_t n) {
        return (n + multiple - 1) / multiple * multiple;
    }
    /// The numbers that a layer takes from inside the pass.
    static constexpr int inputs(int layer) {
        return layer == 0 ? Shape.state : Shape.inputs(layer);
    }
    static constexpr std::size_t weights(int layer) {
        std::size_t n = 0;
        for (int k = 0; k < layer; ++k)
            n += rounded(static_cast<std::size_t>(inputs(k) * Shape.outputs(k))) +
                 rounded(static_cast<std::size_t>(Shape.outputs(k)));
        return n;
    }
    static constexpr std::size_t biases(int layer) {
        return weights(layer) +
               rounded(static_cast<std::size_t>(inputs(layer) * Shape.outputs(layer)));
    }
    static constexpr int others = Shape.time_features + Shape.condition;
    static constexpr std::size_t other_columns() { return weights(Shape.layers()); }
    static constexpr std::size_t size() {
        return rounded(other_columns() + static_cast<std::size_t>(others * Shape.outputs(0)));
    }
};

/// A layer as it is inside the pass.
template <network_shape Shape, int Layer>
using layer_of = dense_layer<static_cast<std::size_t>(packed<Shape>::inputs(Layer)),
                             static_cast<std::size_t>(Shape.outputs(Layer))>;

}  // namespace detail

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
