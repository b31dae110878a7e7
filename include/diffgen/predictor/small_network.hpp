// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A small network as a functor: a multilayer perceptron whose sizes are known at compile time,
// which runs inside the pass, so that a whole run of a policy or of a particle system is one pass.
//
//   in    = [state, features of the time, condition]
//   h_0   = f(W_0 in + b_0)
//   h_k   = f(W_k h_(k-1) + b_k)
//   out   = W_n h_(n-1) + b_n

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/math.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/predictor/activation.hpp>
#include <diffgen/predictor/dense_layer.hpp>
#include <diffgen/predictor/network_shape.hpp>

#include <array>
#include <concepts>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI {

/// The functor, made by network_weights::network(). Where it is bound to a level, on the host, all
/// that depends on the level and the condition alone is added to the biases of the first layer.
template <network_shape Shape, scalar_value T = float>
struct small_network {
    static_assert(Shape.valid(),
                  "diffgen: a network_shape needs state >= 1, at least one hidden width, all of "
                  "them >= 1, condition >= 0, and time_features of 0, 1 or an even number");

    static constexpr network_shape shape = Shape;
    static constexpr std::size_t conditions = static_cast<std::size_t>(Shape.condition);
    static constexpr std::size_t waves = static_cast<std::size_t>(Shape.time_features) / 2;
    using scalar = T;
    static constexpr std::size_t elements = static_cast<std::size_t>(Shape.state);

    const T* weights = nullptr;  ///< where the passes run: see detail::packed for their order
    const T* on_host = nullptr;  ///< the same numbers where bind() runs
    std::array<double, waves> frequencies{};
    bool cosines_first = false;
    std::array<T, conditions> condition{};  ///< what the network is told beside state and time
    const T* condition_at = nullptr;  ///< if set, the condition is read there, once for each stage
    std::array<T, conditions> null_condition{};  ///< in its place without condition, under guidance

    /// Throws bad_argument for a network without weights.
    void check() const {
        detail::require(weights != nullptr && on_host != nullptr,
                        "a small_network without weights; make it by network_weights::network()");
    }

    struct bound;
    /// The network at one level, whose network_time it sees.
    template <class S>
    [[nodiscard]] bound bind(const level_of<S>& level) const;
};

template <network_shape Shape, scalar_value T>
struct small_network<Shape, T>::bound {
    static constexpr std::size_t first_outputs = static_cast<std::size_t>(Shape.outputs(0));

    const T* weights;
    /// The biases of the first layer with the condition; and those without, if there is one.
    std::array<std::array<T, first_outputs>, conditions == 0 ? 1 : 2> first_biases;

    /// Passes give two packs of samples to one call: each weight is then loaded once for both.
    static constexpr int packs_at_once = 2;

    template <value V>
    DIFFGEN_VALUE std::array<V, elements> operator()(const std::array<V, elements>& x,
                                                     bool conditioned = true) const {
        return (*this)(std::array<std::array<V, elements>, 1>{x}, conditioned)[0];
    }
    template <value V, std::size_t Packs>
    DIFFGEN_VALUE std::array<std::array<V, elements>, Packs> operator()(
        const std::array<std::array<V, elements>, Packs>& x, bool conditioned = true) const {
        V in[Packs][elements], h[Packs][first_outputs];
        for (std::size_t p = 0; p < Packs; ++p)
            for (std::size_t d = 0; d < elements; ++d)
                in[p][d] = x[p][d];
        const T* biases = first_biases[conditions == 0 || conditioned ? 0 : 1].data();
        detail::layer_of<Shape, 0>::template apply<Shape.function>(weights, biases, in, h);
        V out[Packs][elements];
        after<1>(h, out);
        std::array<std::array<V, elements>, Packs> y;
        for (std::size_t p = 0; p < Packs; ++p)
            for (std::size_t d = 0; d < elements; ++d)
                y[p][d] = out[p][d];
        return y;
    }

  private:
    /// Layers Layer, Layer + 1 ... of h.
    template <int Layer, value V, std::size_t Packs>
    DIFFGEN_VALUE void after(const V (&h)[Packs][static_cast<std::size_t>(Shape.inputs(Layer))],
                             V (&out)[Packs][elements]) const {
        using order = detail::packed<Shape>;
        using layer = detail::layer_of<Shape, Layer>;
        const T *w = weights + order::weights(Layer), *b = weights + order::biases(Layer);
        if constexpr (Layer + 1 == Shape.layers()) {
            layer::template apply<activation::identity>(w, b, h, out);
        } else {
            V next[Packs][static_cast<std::size_t>(Shape.outputs(Layer))];
            layer::template apply<Shape.function>(w, b, h, next);
            after<Layer + 1>(next, out);
        }
    }
};

template <network_shape Shape, scalar_value T>
template <class S>
typename small_network<Shape, T>::bound small_network<Shape, T>::bind(
    const level_of<S>& level) const {
    static_assert(std::same_as<S, T>,
                  "diffgen: the samples and the weights of a small_network are of one type: "
                  "small_network<Shape, double> is for samples of doubles");
    using order = detail::packed<Shape>;
    constexpr std::size_t others = static_cast<std::size_t>(order::others);
    std::array<T, others> told{}, told_nothing{};
    if constexpr (Shape.time_features == 1) told[0] = level.network_time;
    for (std::size_t i = 0; i != waves; ++i) {
        const double angle = frequencies[i] * static_cast<double>(level.network_time);
        told[cosines_first ? waves + i : i] = static_cast<T>(diffgen::sin(angle));
        told[cosines_first ? i : waves + i] = static_cast<T>(diffgen::cos(angle));
    }
    told_nothing = told;
    const T* given = condition_at != nullptr ? condition_at : condition.data();
    for (std::size_t i = 0; i != conditions; ++i) {
        told[others - conditions + i] = given[i];
        told_nothing[others - conditions + i] = null_condition[i];
    }
    bound made{weights, {}};
    for (std::size_t j = 0; j < bound::first_outputs; ++j) {
        const T* row = on_host + order::other_columns() + j * others;
        for (std::size_t k = 0; k < made.first_biases.size(); ++k) {
            T sum = on_host[order::biases(0) + j];
            for (std::size_t i = 0; i != others; ++i)
                sum = diffgen::fma(row[i], k == 0 ? told[i] : told_nothing[i], sum);
            made.first_biases[k][j] = sum;
        }
    }
    return made;
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
