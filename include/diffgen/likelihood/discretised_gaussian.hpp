// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The probability of a level under a Gaussian: its mass over the level's cell (Ho et al. 2020, eq.
// 13). The first and the last cell reach to infinity.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/likelihood/functions.hpp>
#include <diffgen/likelihood/levels.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::likelihood {

/// The normal distribution function as it is.
struct exact_cdf {
    template <class V>
    [[nodiscard]] static V log_mass(const V& lower, const V& upper) {
        return log_normal_mass(lower, upper);
    }
    template <class V>
    [[nodiscard]] static V log_below(const V& upper) {
        return log_normal_mass(broadcast<V>(-diffgen::detail::infinity), upper);
    }
    template <class V>
    [[nodiscard]] static V log_above(const V& lower) {
        return log_below(-lower);
    }
};

/// (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, with no probability below `least`: the form in
/// which the bounds of many published diffusion models are computed (code of Nichol and Dhariwal
/// 2021).
struct tanh_cdf {
    double least = 1e-12;

    template <class V>
    [[nodiscard]] V log_mass(const V& lower, const V& upper) const {
        return clamped_log(cdf(upper) - cdf(lower));
    }
    template <class V>
    [[nodiscard]] V log_below(const V& upper) const {
        return clamped_log(cdf(upper));
    }
    template <class V>
    [[nodiscard]] V log_above(const V& lower) const {
        return clamped_log(1. - cdf(lower));
    }

  private:
    template <class V>
    [[nodiscard]] static V cdf(const V& x) {
        constexpr double root = 0.79788456080286535588;  // sqrt(2 / pi)
        return 0.5 * (1. + tanh(root * (x + 0.044715 * (x * x * x))));
    }
    template <class V>
    [[nodiscard]] V clamped_log(const V& p) const {
        return log(max(p, broadcast<V>(least)));
    }
};

/// log P(level k) from mean and log standard deviation, doubles or duals.
template <class Cdf = exact_cdf>
struct discretised_gaussian {
    lattice levels{};
    Cdf cdf{};

    void check() const { levels.check(); }

    template <class V>
    [[nodiscard]] V log_likelihood(int k, const V& mean, const V& log_scale) const {
        const V precision = exp(-log_scale);
        const V centred = levels.value(k) - mean;
        const V upper = precision * (centred + 0.5 * levels.step),
                lower = precision * (centred - 0.5 * levels.step);
        if (levels.is_first(k)) return cdf.log_below(upper);
        if (levels.is_last(k)) return cdf.log_above(lower);
        return cdf.log_mass(lower, upper);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::likelihood

#include <diffgen/core/with_macros.hpp>
