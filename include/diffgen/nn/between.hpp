// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The functions that stand between the layers of a network, as types, for variables and for values.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/elementary.hpp>
#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/values_shapes.hpp>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// The functions between layers, each for variables and for values.
namespace between {
struct tanh {
    template <class X>
    X operator()(const X& x) const {
        using nn::tanh;
        return tanh(x);
    }
};
struct silu {
    template <class X>
    X operator()(const X& x) const {
        using nn::silu;
        return silu(x);
    }
};
struct relu {
    double slope = 0;  ///< where x is negative

    template <class X>
    X operator()(const X& x) const {
        using nn::relu;
        return relu(x, static_cast<typename X::scalar>(slope));
    }
};
}  // namespace between

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
