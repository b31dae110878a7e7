// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A multilayer perceptron: dense layers with a function between them, on a tape or on values.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/nn/between.hpp>
#include <diffgen/nn/dropout.hpp>
#include <diffgen/nn/layers.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// The weights W are leaves of a tape (or nn::dropping, which drops units between layers) for
/// variables, and constants() for values.
template <class Between = between::silu>
class mlp {
  public:
    /// Layers that are in a list of parameters already.
    explicit mlp(std::vector<linear> layers, Between function = {})
        : layers_(std::move(layers)), function_(std::move(function)) {
        require(!layers_.empty(), "an mlp without layers");
    }
    /// Layers of sizes[0] inputs, sizes[1] ... outputs. `last` scales the last layer's weights, and
    /// 0 makes the network begin as the constant 0. Throws bad_argument below two sizes.
    template <class T>
    static mlp make(parameters<T>& list, const std::string& name, std::span<const extent> sizes,
                    const noise::philox& random, Between function = {}, double last = 1) {
        require(sizes.size() >= 2, "an mlp of ", sizes.size(), " sizes; must be at least 2");
        std::vector<linear> layers;
        for (std::size_t i = 0; i + 1 < sizes.size(); ++i)
            layers.push_back(linear::make(list, name + "." + std::to_string(i), sizes[i],
                                          sizes[i + 1], random,
                                          i + 2 == sizes.size() ? last : 1.0));
        return mlp(std::move(layers), std::move(function));
    }

    template <class W, class X>
    X operator()(const W& w, const X& x) const {
        X h = layers_[0](w, x);
        for (std::size_t i = 1; i < layers_.size(); ++i)
            h = layers_[i](w, dropped(w, X(function_(h))));
        return h;
    }

  private:
    std::vector<linear> layers_;
    Between function_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
