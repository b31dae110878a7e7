// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Coupling layers (Dinh et al. 2015, equation 4): some features pass and feed a network, whose
// outputs are the parameters of a function of each other feature.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>

#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

/// How the outputs of a network are read as parameters of features: block after block (all first
/// parameters, then all second ones), or feature after feature. `order` names the parameter that
/// stands first, second ...; empty: as the function numbers them.
struct parameter_layout {
    bool by_feature = false;
    std::vector<int> order{};

    /// The outputs that hold parameter `slot` of all features.
    [[nodiscard]] std::vector<int> rows(int slot, int arity, int features) const {
        int place = slot;
        for (std::size_t i = 0; i < order.size(); ++i)
            if (order[i] == slot) place = static_cast<int>(i);
        std::vector<int> rows;
        for (int f = 0; f < features; ++f)
            rows.push_back(by_feature ? f * arity + place : place * features + f);
        return rows;
    }
};

/// A layout for a number of parameters and features.
class parameter_rows {
  public:
    parameter_rows(const parameter_layout& layout, int arity, int features)
        : outputs_(static_cast<extent>(arity) * features) {
        for (int s = 0; s < arity; ++s)
            rows_.push_back(layout.rows(s, arity, features));
    }
    /// All parameters from the outputs, which must be arity x features. Throws bad_shape.
    template <class X>
    [[nodiscard]] std::vector<X> read(const X& outputs) const {
        check_features(outputs, outputs_, "the parameters");
        std::vector<X> p;
        p.reserve(rows_.size());
        for (const auto& rows : rows_)
            p.push_back(gather_rows(outputs, rows));
        return p;
    }

  private:
    extent outputs_;
    std::vector<std::vector<int>> rows_;
};

/// The numbers of the features whose mask is above 0, or of the others.
[[nodiscard]] inline std::vector<int> rows_of_mask(std::span<const int> mask, bool positive) {
    std::vector<int> rows;
    for (std::size_t i = 0; i < mask.size(); ++i)
        if ((mask[i] > 0) == positive) rows.push_back(static_cast<int>(i));
    return rows;
}

/// Features with a mask above 0 are transformed; conditioner(w, passed features) gives
/// Function::arity() parameters for each of them.
template <class Function, class Conditioner>
class coupling {
  public:
    /// Throws bad_argument for a mask that passes nothing or transforms nothing.
    coupling(std::span<const int> mask, Function function, Conditioner conditioner,
             const parameter_layout& layout = {})
        : passed_(rows_of_mask(mask, false)),
          transformed_(rows_of_mask(mask, true)),
          function_(std::move(function)),
          conditioner_(std::move(conditioner)),
          rows_(layout, function_.arity(), static_cast<int>(transformed_.size())) {
        require(!passed_.empty() && !transformed_.empty(), "a coupling that passes ",
                passed_.size(), " features and transforms ", transformed_.size(),
                "; both must be at least 1");
        diffgen::detail::check(function_);
    }

    extent features() const { return static_cast<extent>(passed_.size() + transformed_.size()); }

    template <class W, class X>
    mapped<X> forward(const W& w, const X& x) const {
        return apply(w, x,
                     [&](const auto& p, const X& part) { return function_.forward(p, part); });
    }
    template <class W, class X>
    mapped<X> inverse(const W& w, const X& y) const {
        return apply(w, y,
                     [&](const auto& p, const X& part) { return function_.inverse(p, part); });
    }

  private:
    template <class W, class X, class F>
    mapped<X> apply(const W& w, const X& x, F function) const {
        check_features(x, features(), "a coupling");
        const X kept = gather_rows(x, passed_);
        const auto p = rows_.read(conditioner_(w, kept));
        const auto m = function(p, gather_rows(x, transformed_));
        return {
            scatter_rows(m.value, transformed_, x.rows()) + scatter_rows(kept, passed_, x.rows()),
            sum_over_rows(m.log_det)};
    }

    std::vector<int> passed_, transformed_;
    Function function_;
    Conditioner conditioner_;
    parameter_rows rows_;
};

/// Real NVP with two networks of all features (Dinh et al. 2017, equation 9): y = b x + (1 - b) (x
/// exp(s(b x)) + t(b x)). Features with b = 1 are kept.
template <class ScaleNetwork, class ShiftNetwork>
struct masked_affine {
    nn::matrix<double> kept;  ///< b, a column of ones and zeros
    ScaleNetwork scale;
    ShiftNetwork shift;

    template <class W, class X>
    mapped<X> forward(const W& w, const X& x) const {
        check_features(x, kept.rows(), "a masked coupling");
        const auto [b, s, t] = parts(w, x);
        return {x * exp(s) + t, sum_over_rows(s)};
    }
    template <class W, class X>
    mapped<X> inverse(const W& w, const X& y) const {
        check_features(y, kept.rows(), "a masked coupling");
        const auto [b, s, t] = parts(w, y);
        return {(y - t) * exp(-s), -sum_over_rows(s)};
    }

  private:
    template <class X>
    struct three {
        X b, s, t;
    };
    template <class W, class X>
    three<X> parts(const W& w, const X& x) const {
        const auto b = constant_beside(x, kept);
        const auto rest = constant_beside(x, nn::matrix<double>((1 - kept.array()).matrix()));
        const X known = x * b;
        return {known, scale(w, known) * rest, shift(w, known) * rest};
    }
};

template <class ScaleNetwork, class ShiftNetwork>
masked_affine(nn::matrix<double>, ScaleNetwork, ShiftNetwork)
    -> masked_affine<ScaleNetwork, ShiftNetwork>;

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
