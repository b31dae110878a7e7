// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A density known by an energy, p(x) = exp(-E(x)) / Z (LeCun et al. 2006): its score is -grad E.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <array>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

/// -gradient(x) or, where the energy depends on the noise level, -gradient(x, level); and where the
/// gradient knows the energy too, its negative, the log density but for a constant.
template <class Gradient>
struct negated {
    Gradient gradient;

    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V& x, const level_of<S>& l) const {
        if constexpr (requires { gradient(x, l); })
            return minus(gradient(x, l));
        else
            return minus(gradient(x));
    }
    template <class V, class S>
    DIFFGEN_VALUE auto log_density(const V& x, const level_of<S>& l) const requires(
        requires { gradient.energy(x); } || requires { gradient.energy(x, l); }) {
        if constexpr (requires { gradient.energy(x, l); })
            return minus(gradient.energy(x, l));
        else
            return minus(gradient.energy(x));
    }

    void check() const { detail::check(gradient); }

  private:
    template <class V>
    DIFFGEN_VALUE static V minus(const V& g) {
        return -g;
    }
    template <class V, std::size_t D>
    DIFFGEN_VALUE static std::array<V, D> minus(std::array<V, D> g) {
        for (std::size_t d = 0; d < D; ++d)
            g[d] = -g[d];
        return g;
    }
};

}  // namespace detail

/// From the gradient of the energy of one sample of D elements:
/// template <class V> std::array<V, D> operator()(std::array<V, D> x[, level_of<S> l]) const.
/// With a member V energy(std::array<V, D> x[, level_of<S> l]) const beside it, the predictor gives
/// the energies of samples too (exec/log_density.hpp).
template <int D, class Gradient>
[[nodiscard]] auto energy(Gradient gradient) {
    return predicts(score{}, samplewise<D>(detail::negated<Gradient>{gradient}));
}

/// From the derivative of an energy of one element, E(x) = sum of E_1(x_i).
template <class Derivative>
[[nodiscard]] auto pointwise_energy(Derivative derivative) {
    return predicts(score{}, pointwise(detail::negated<Derivative>{derivative}));
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
