// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Networks whose output of a feature sees only features before it in some order (Germain et al.
// 2015, "MADE"): a degree for every unit, and weights from higher degrees to lower ones cut.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>
#include <diffgen/nn/between.hpp>
#include <diffgen/nn/dropout.hpp>
#include <diffgen/nn/layers.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

/// Ones where a unit may see another: its degree is at least the other's (equation 13), or above it
/// for outputs (equation 14).
[[nodiscard]] inline nn::matrix<double> degree_mask(std::span<const int> from,
                                                    std::span<const int> to, bool output) {
    nn::matrix<double> mask(static_cast<extent>(to.size()), static_cast<extent>(from.size()));
    for (std::size_t i = 0; i < to.size(); ++i)
        for (std::size_t j = 0; j < from.size(); ++j)
            mask(static_cast<extent>(i), static_cast<extent>(j)) =
                (output ? to[i] > from[j] : to[i] >= from[j]) ? 1 : 0;
    return mask;
}

/// Degrees 1 .. D - 1 of hidden units, one after the other (all 0 for a single feature, which sees
/// nothing).
[[nodiscard]] inline std::vector<int> hidden_degrees(int features, int units) {
    std::vector<int> degrees;
    const int least = std::min(1, features - 1);
    for (int i = 0; i < units; ++i)
        degrees.push_back(i % std::max(1, features - 1) + least);
    return degrees;
}

/// Degrees of outputs: those of the features, `arity` outputs for each, side by side or in blocks.
[[nodiscard]] inline std::vector<int> output_degrees(std::span<const int> features, int arity,
                                                     bool by_feature) {
    std::vector<int> degrees;
    const int count = static_cast<int>(features.size());
    for (int i = 0; i < count * arity; ++i)
        degrees.push_back(features[static_cast<std::size_t>(by_feature ? i / arity : i % count)]);
    return degrees;
}

/// y = (mask W) x + b.
struct masked_linear {
    std::size_t weight, bias;
    nn::matrix<double> mask;

    /// Weights normal with variance 1 / (inputs that are seen, on average), biases zero.
    template <class T>
    static masked_linear make(nn::parameters<T>& list, const std::string& name,
                              nn::matrix<double> mask, const noise::philox& random,
                              double gain = 1) {
        const double seen = std::max(1.0, mask.sum() / static_cast<double>(mask.rows()));
        masked_linear made{list.add(name + ".weight", mask.rows(), mask.cols()),
                           list.add(name + ".bias", mask.rows(), 1), std::move(mask)};
        nn::fill_normal(list, made.weight, gain / std::sqrt(seen), random);
        return made;
    }

    template <class W, class X>
    X operator()(const W& w, const X& x) const {
        return matmul(w[weight] * constant_beside(w[weight], mask), x) + w[bias];
    }
};

/// Masked layers with a function between them.
template <class Between>
class masked_mlp {
  public:
    /// Throws bad_argument for no layers.
    explicit masked_mlp(std::vector<masked_linear> layers, Between function = {})
        : layers_(std::move(layers)), function_(std::move(function)) {
        require(!layers_.empty(), "a masked_mlp without layers");
    }
    /// A network of features with these degrees (a permutation of 1 .. D is an order), hidden
    /// layers of these widths, `arity` outputs a feature.
    template <class T>
    static masked_mlp make(nn::parameters<T>& list, const std::string& name,
                           std::span<const int> degrees, std::span<const int> widths, int arity,
                           bool by_feature, const noise::philox& random, Between function = {},
                           double last = 1) {
        std::vector<int> from(degrees.begin(), degrees.end());
        std::vector<masked_linear> layers;
        for (std::size_t i = 0; i <= widths.size(); ++i) {
            const bool end = i == widths.size();
            auto to = end ? output_degrees(degrees, arity, by_feature)
                          : hidden_degrees(static_cast<int>(degrees.size()), widths[i]);
            layers.push_back(masked_linear::make(list, name + "." + std::to_string(i),
                                                 degree_mask(from, to, end), random,
                                                 end ? last : 1.0));
            from = std::move(to);
        }
        return masked_mlp(std::move(layers), std::move(function));
    }
    const std::vector<masked_linear>& layers() const { return layers_; }

    template <class W, class X>
    X operator()(const W& w, const X& x) const {
        X h = layers_[0](w, x);
        for (std::size_t i = 1; i < layers_.size(); ++i)
            h = layers_[i](w, nn::dropped(w, X(function_(h))));
        return h;
    }

  private:
    std::vector<masked_linear> layers_;
    Between function_;
};

/// Blocks of two masked layers, h + second(f(first(f(h)))).
template <class Between>
class masked_residual {
  public:
    masked_residual(masked_linear first, std::vector<std::array<masked_linear, 2>> blocks,
                    masked_linear last, Between function = {})
        : first_(std::move(first)),
          blocks_(std::move(blocks)),
          last_(std::move(last)),
          function_(std::move(function)) {}

    template <class W, class X>
    X operator()(const W& w, const X& x) const {
        X h = first_(w, x);
        for (const auto& block : blocks_)
            h = h + block[1](w, X(function_(block[0](w, X(function_(h))))));
        return last_(w, h);
    }

  private:
    masked_linear first_;
    std::vector<std::array<masked_linear, 2>> blocks_;
    masked_linear last_;
    Between function_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
