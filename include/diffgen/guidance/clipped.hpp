// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Clipping of the denoised estimate (Ho et al. 2020), in the solver's own pass.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/guidance/decorator.hpp>

#include <cstddef>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

/// The hook of clipped: it maps D to min(max(D, low), high), after the hook of the inner predictor.
template <class Inner>
struct clip_hook {
    static constexpr bool present = true;
    static constexpr bool per_sample = Inner::per_sample;
    Inner inner;
    double low, high;

    template <class V>
    DIFFGEN_VALUE V measure(V d) const {
        return inner.measure(d);
    }
    template <class S>
    DIFFGEN_VALUE S statistic(const S* measures, std::size_t count) const {
        return inner.statistic(measures, count);
    }
    template <class V, class... Statistic>
    DIFFGEN_VALUE V apply(V d, Statistic... of_sample) const {
        using S = typename value_traits<V>::scalar;
        if constexpr (Inner::present) d = inner.apply(d, of_sample...);
        // the bounds come first: a NaN stays one, and is reported
        return min(broadcast<V>(static_cast<S>(high)), max(broadcast<V>(static_cast<S>(low)), d));
    }
};

/// The predictor with its denoised estimate clipped to [low, high].
/// Throws bad_argument unless low < high.
template <class Inner>
struct clipped : decorator<Inner> {
    using hook_type = clip_hook<typename Inner::hook_type>;

    double low, high;

    explicit clipped(Inner p, double l = -1, double h = 1)
        : decorator<Inner>(std::move(p)), low(l), high(h) {
        check();
    }

    void check() const {
        decorator<Inner>::check();
        detail::require(low < high, "clipping to [", low, ", ", high,
                        "]; the lower bound must come first, below the upper");
    }

    [[nodiscard]] hook_type hook() const { return {this->inner.hook(), low, high}; }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
