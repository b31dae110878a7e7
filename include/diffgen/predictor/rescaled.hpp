// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Preconditioning by a change of variables: Langevin dynamics in y, x = scales y, is the dynamics
// in x with the constant preconditioner scales^2 (Roberts and Stramer 2002).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/noise_level.hpp>

#include <array>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI {

/// The gradient of an energy, or a score, as a function of y: scales gradient(scales y). With the
/// scales of the coordinates' standard deviations all have about the same width in y. The samples
/// are then those of y; to_x(y) brings one back.
/// For gradients alone: a denoised estimate is not one, and what is isotropic noise in x is not in
/// y.
template <class Gradient, std::size_t D>
struct rescaled {
    Gradient gradient;
    std::array<double, D> scales;

    rescaled(Gradient g, const std::array<double, D>& s) : gradient(g), scales(s) {}

    void check() const {
        for (std::size_t d = 0; d < D; ++d)
            detail::require(detail::is_positive(scales[d]), "rescaled with the scale ", scales[d],
                            " in dimension ", d, "; must be above 0");
        detail::check(gradient);
    }

    template <class V>
    [[nodiscard]] DIFFGEN_VALUE std::array<V, D> to_x(const std::array<V, D>& y) const {
        using S = typename value_traits<V>::scalar;
        std::array<V, D> x;
        for (std::size_t d = 0; d < D; ++d)
            x[d] = product(y[d], broadcast<V>(S(scales[d])));
        return x;
    }

    template <class V, class S>
    DIFFGEN_VALUE std::array<V, D> operator()(const std::array<V, D>& y,
                                              const level_of<S>& l) const {
        if constexpr (requires { gradient(y, l); })
            return to_x(gradient(to_x(y), l));  // the same factors once more
        else
            return to_x(gradient(to_x(y)));
    }

    /// The energy in y, but for the constant log determinant of the scales.
    template <class V, class S>
    requires(
        requires(const Gradient& g, const V& y) { g.energy(y); } ||
        requires(const Gradient& g, const V& y, const level_of<S>& l) {
            g.energy(y, l);
        }) DIFFGEN_VALUE auto energy(const V& y, const level_of<S>& l) const {
        if constexpr (requires { gradient.energy(y, l); })
            return gradient.energy(to_x(y), l);
        else
            return gradient.energy(to_x(y));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
