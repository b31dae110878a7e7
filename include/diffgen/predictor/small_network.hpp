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

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/math.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/predictor/activation.hpp>
#include <diffgen/predictor/dense_layer.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace diffgen {

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

}  // namespace detail

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
        detail::dense_layer<Shape.state, Shape.outputs(0)>::template apply<Shape.function>(
            weights, biases, in, h);
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
        using layer = detail::dense_layer<Shape.inputs(Layer), Shape.outputs(Layer)>;
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
    for (std::size_t i = 0; i < waves; ++i) {
        const double angle = frequencies[i] * static_cast<double>(level.network_time);
        told[cosines_first ? waves + i : i] = static_cast<T>(diffgen::sin(angle));
        told[cosines_first ? i : waves + i] = static_cast<T>(diffgen::cos(angle));
    }
    told_nothing = told;
    const T* given = condition_at != nullptr ? condition_at : condition.data();
    for (std::size_t i = 0; i < conditions; ++i) {
        told[others - conditions + i] = given[i];
        told_nothing[others - conditions + i] = null_condition[i];
    }
    bound made{weights, {}};
    for (std::size_t j = 0; j < bound::first_outputs; ++j) {
        const T* row = on_host + order::other_columns() + j * others;
        for (std::size_t k = 0; k < made.first_biases.size(); ++k) {
            T sum = on_host[order::biases(0) + j];
            for (std::size_t i = 0; i < others; ++i)
                sum = diffgen::fma(row[i], k == 0 ? told[i] : told_nothing[i], sum);
            made.first_biases[k][j] = sum;
        }
    }
    return made;
}

/// A layer as PyTorch's nn.Linear holds it: y = W x + b.
template <class T>
struct linear_layer {
    std::span<const T> weight;  ///< outputs x inputs, row after row
    std::span<const T> bias;    ///< one number an output
};

/// Keeps the weights of a small network. The functors that it makes point to them: they must not
/// outlive it. A copy has memory of its own; a move takes the memory along, with all functors.
template <class Network>
class network_weights {
    static constexpr network_shape shape = Network::shape;
    using order = detail::packed<shape>;

  public:
    using scalar = typename Network::scalar;

    /// From the layers, first to last. The columns of the first are those of the state, of the
    /// features of the time, of the condition. Throws bad_shape where a size does not fit,
    /// non_finite where a number is infinite or NaN, bad_argument for waves that make no sense.
    explicit network_weights(std::span<const linear_layer<scalar>> layers, time_waves waves = {})
        : values_(allocate()), waves_(waves) {
        waves.check();
        if (layers.size() != static_cast<std::size_t>(shape.layers()))
            throw bad_shape(detail::text("diffgen: a small_network of ", shape.layers(),
                                         " layers is given ", layers.size()));
        for (int k = 0; k < shape.layers(); ++k)
            check(k, layers[static_cast<std::size_t>(k)]);
        pack(layers, std::make_integer_sequence<int, shape.layers()>{});
    }
    network_weights(const network_weights& other) : values_(allocate()), waves_(other.waves_) {
        std::copy(other.values_.get(), other.values_.get() + size(), values_.get());
    }
    network_weights(network_weights&&) noexcept = default;
    network_weights& operator=(network_weights other) noexcept {
        values_ = std::move(other.values_);
        waves_ = other.waves_;
        return *this;
    }
    ~network_weights() = default;

    /// The functor. With `on_device` it is for passes on a device: that is where a copy of the
    /// size() numbers from data() on lies there.
    [[nodiscard]] Network network(const scalar* on_device = nullptr) const {
        Network made;
        made.on_host = values_.get();
        made.weights = on_device != nullptr ? on_device : values_.get();
        const double ratio = waves_.last / waves_.first;
        for (std::size_t i = 0; i < Network::waves; ++i)
            made.frequencies[i] =
                waves_.first * (Network::waves == 1
                                    ? 1
                                    : std::pow(ratio, static_cast<double>(i) /
                                                          static_cast<double>(Network::waves - 1)));
        made.cosines_first = waves_.cosines_first;
        return made;
    }

    /// The weights in the order in which the passes read them, aligned to 64 bytes.
    [[nodiscard]] const scalar* data() const { return values_.get(); }
    [[nodiscard]] static constexpr std::size_t size() { return order::size(); }

  private:
    static constexpr std::align_val_t alignment{64};
    struct release {
        void operator()(scalar* p) const { ::operator delete[](p, alignment); }
    };
    using memory = std::unique_ptr<scalar[], release>;

    static memory allocate() {
        memory m(static_cast<scalar*>(::operator new[](size() * sizeof(scalar), alignment)));
        std::fill_n(m.get(), size(), scalar(0));
        return m;
    }

    static void check(int k, const linear_layer<scalar>& layer) {
        const auto rows = static_cast<std::size_t>(shape.outputs(k));
        const auto columns = static_cast<std::size_t>(shape.inputs(k));
        if (layer.weight.size() != rows * columns || layer.bias.size() != rows)
            throw bad_shape(detail::text("diffgen: layer ", k, " of a small_network has ",
                                         layer.weight.size(), " weights and ", layer.bias.size(),
                                         " biases, not ", rows, " x ", columns, " and ", rows));
        const auto require = [k](std::span<const scalar> values, const char* name) {
            for (std::size_t i = 0; i < values.size(); ++i)
                if (!std::isfinite(values[i]))
                    throw non_finite(detail::text("diffgen: layer ", k, " of a small_network: ",
                                                  name, " ", i, " is ", values[i]));
        };
        require(layer.weight, "weight");
        require(layer.bias, "bias");
    }

    template <int... K>
    void pack(std::span<const linear_layer<scalar>> layers, std::integer_sequence<int, K...>) {
        (pack_layer<K>(layers[K]), ...);
    }
    template <int K>
    void pack_layer(const linear_layer<scalar>& layer) {
        using placed = detail::dense_layer<order::inputs(K), shape.outputs(K)>;
        for (int j = 0; j < shape.outputs(K); ++j) {
            const scalar* row = layer.weight.data() + j * shape.inputs(K);
            for (int i = 0; i < order::inputs(K); ++i)
                values_[order::weights(K) + placed::place(static_cast<std::size_t>(j),
                                                          static_cast<std::size_t>(i))] = row[i];
            values_[order::biases(K) + static_cast<std::size_t>(j)] =
                layer.bias[static_cast<std::size_t>(j)];
            if constexpr (K == 0)
                std::copy(row + shape.state, row + shape.inputs(0),
                          values_.get() + order::other_columns() +
                              static_cast<std::size_t>(j * order::others));
        }
    }

    memory values_;
    time_waves waves_;
};

}  // namespace diffgen
