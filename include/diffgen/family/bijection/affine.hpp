// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Functions of one feature for couplings and autoregressions: y = x exp(l) + shift, with l a
// function of an unbounded number (Dinh et al. 2017, "Density estimation using Real NVP"), and y =
// x + shift (Dinh et al. 2015, "NICE").

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>

#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

/// How a number becomes the logarithm of a scale.
namespace scale_map {

/// scale = exp(s).
struct exponential {
    template <class X>
    X operator()(const X& s) const {
        return s;
    }
};

/// scale = sigmoid(s + shift) + least.
struct sigmoid {
    double shift = 2, least = 1e-3;

    template <class X>
    X operator()(const X& s) const {
        using T = number_of<X>;
        const X moved = s + T(shift);
        // The name of this type hides the function.
        if (least > 0) return log(exp(log_sigmoid(moved)) + T(least));
        return log_sigmoid(moved);
    }
};

/// scale = softplus(s) + least.
struct softplus {
    double least = 1e-3;

    template <class X>
    X operator()(const X& s) const {
        return log(-log_sigmoid(-s) + number_of<X>(least));
    }
};

/// |log scale| stays below `bound`: s / (1 + |s| / bound).
struct bounded {
    double bound = 6.907755278982137;  ///< log(1000)

    void check() const { require(bound > 0, "a log-scale bounded by ", bound); }
    template <class X>
    X operator()(const X& s) const {
        using T = number_of<X>;
        return s / (abs(s) * T(1 / bound) + T(1));
    }
};

}  // namespace scale_map

/// y = x exp(l(s)) + shift; parameters: shift, s.
template <class LogScale = scale_map::bounded>
struct affine {
    LogScale log_scale{};

    static constexpr int arity() { return 2; }
    void check() const { diffgen::detail::check(log_scale); }
    template <class P, class X>
    mapped<X> forward(const std::vector<P>& p, const X& x) const {
        const P l = log_scale(p[1]);
        return {x * exp(l) + p[0], as_beside(x, l)};
    }
    template <class P, class X>
    mapped<X> inverse(const std::vector<P>& p, const X& y) const {
        const P l = log_scale(p[1]);
        return {(y - p[0]) * exp(-l), as_beside(y, -l)};
    }
};

/// y = x + shift.
struct additive {
    static constexpr int arity() { return 1; }
    template <class P, class X>
    mapped<X> forward(const std::vector<P>& p, const X& x) const {
        return {x + p[0], filled_like(x, number_of<X>(0))};
    }
    template <class P, class X>
    mapped<X> inverse(const std::vector<P>& p, const X& y) const {
        return {y - p[0], filled_like(y, number_of<X>(0))};
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
