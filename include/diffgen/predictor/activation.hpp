// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The nonlinearities of a small network (predictor/small_network.hpp), on values.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/math.hpp>

#include <cstddef>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

/// Which function stands between two layers. In brackets, PyTorch's module.
enum class activation {
    identity,   ///< x (nn.Identity)
    relu,       ///< max(x, 0) (nn.ReLU)
    silu,       ///< x / (1 + exp(-x)) (nn.SiLU; Elfwing et al. 2018)
    gelu_tanh,  ///< x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 (nn.GELU(approximate='tanh');
                ///< Hendrycks and Gimpel 2016, section 2)
    tanh        ///< tanh(x) (nn.Tanh)
};

namespace detail {

/// Replaces x[0], x[1] ... by e^x. A chain of some twenty operations that wait for one another
/// leaves a processor idle: here each part of it is done for all before the next.
template <value V, std::size_t... J>
DIFFGEN_VALUE void exp_of_all(V* x, std::index_sequence<J...>) {
    if constexpr (is_dual<V>) {
        ((x[J] = diffgen::exp(x[J])), ...);
    } else {
        exp_reduction<V> reduced[sizeof...(J)];
        ((reduced[J] = reduce_for_exp(inside_exp(x[J]))), ...);
        ((x[J] = expm1_kernel(reduced[J].r) + scalar_of<V>(1)), ...);
        ((x[J] = scale_exp(x[J], reduced[J].integer)), ...);
    }
}

/// Replaces x[0], x[1] ... by tanh(x).
template <value V, std::size_t... J>
DIFFGEN_VALUE void tanh_of_all(V* x, [[maybe_unused]] std::index_sequence<J...> all) {
    if constexpr (is_dual<V>) {
        ((x[J] = diffgen::tanh(x[J])), ...);
    } else {
        V sizes[sizeof...(J)], powers[sizeof...(J)];
        ((sizes[J] = diffgen::abs(x[J])), ...);
        ((powers[J] = sizes[J] + sizes[J]), ...);
        exp_of_all(powers, all);
        ((x[J] = tanh_from(x[J], sizes[J], powers[J])), ...);
    }
}

/// Replaces x[0], x[1] ... by the function A of each. A value has the same bits on one lane and on
/// many, beside others and alone.
template <activation A, value V, std::size_t... J>
DIFFGEN_VALUE void activate(V* x, std::index_sequence<J...> all) {
    using T = scalar_of<V>;
    if constexpr (A == activation::relu) {
        ((x[J] = diffgen::max(broadcast<V>(T(0)), x[J])), ...);  // in this order NaN stays
    } else if constexpr (A == activation::silu) {
        V powers[sizeof...(J)];
        ((powers[J] = -x[J]), ...);
        exp_of_all(powers, all);
        ((x[J] = x[J] / (broadcast<V>(T(1)) + powers[J])), ...);
    } else if constexpr (A == activation::gelu_tanh) {
        const V root = broadcast<V>(T(0.797884560802865355879892119868763737));  // sqrt(2 / pi)
        V bends[sizeof...(J)];
        ((bends[J] = root * diffgen::fma(broadcast<V>(T(0.044715)), x[J] * x[J] * x[J], x[J])),
         ...);
        tanh_of_all(bends, all);
        ((x[J] = broadcast<V>(T(0.5)) * x[J]), ...);
        ((x[J] = diffgen::fma(x[J], bends[J], x[J])), ...);
    } else if constexpr (A == activation::tanh) {
        tanh_of_all(x, all);
    }
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
