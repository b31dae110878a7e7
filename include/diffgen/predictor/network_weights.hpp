// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The weights of a small network (predictor/small_network.hpp), in the order in which the passes
// read them.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/predictor/network_shape.hpp>
#include <diffgen/predictor/small_network.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

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
        for (std::size_t i = 0; i != Network::waves; ++i)
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
        using placed = detail::layer_of<shape, K>;
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

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
