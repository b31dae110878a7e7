// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Dynamic thresholding of the denoised estimate (Saharia et al. 2022, Imagen, section 2.3).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/guidance/decorator.hpp>
#include <diffgen/predictor/own_numbers.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

/// The number of rank k, counted from 0, among `count` numbers that are not negative. Such numbers
/// have the order of their bits, so the result is found bit by bit, from the highest bit on.
template <class T>
[[nodiscard]] DIFFGEN_VALUE T of_rank(const T* values, std::size_t count, std::size_t k) {
    using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    word found = 0;
    for (word bit = word{1} << (8 * sizeof(T) - 2); bit != 0; bit >>= 1) {
        std::size_t below = 0;
        for (std::size_t i = 0; i < count; ++i)
            if (std::bit_cast<word>(values[i]) < (found | bit)) ++below;
        if (below <= k) found |= bit;
    }
    return std::bit_cast<T>(found);
}

/// The quantile of `count` numbers that are not negative, interpolated linearly between ranks;
/// ratio is from 0 to 1.
template <class T>
[[nodiscard]] DIFFGEN_VALUE T quantile(const T* values, std::size_t count, double ratio) {
    const double rank = product(ratio, static_cast<double>(count - 1));
    const auto k = static_cast<std::size_t>(rank);
    const T low = of_rank(values, count, k);
    const T high = k + 1 < count ? of_rank(values, count, k + 1) : low;
    return fma(static_cast<T>(rank - static_cast<double>(k)), high - low, low);
}

}  // namespace detail

/// The hook of thresholded: it maps D to clamp(D, -s, s) / s, with one threshold s for each sample.
template <class Inner>
struct threshold_hook {
    static_assert(!Inner::per_sample, "diffgen: thresholded{...} of a predictor that is already");
    static constexpr bool present = true;
    static constexpr bool per_sample = true;
    static constexpr int numbers = detail::own_numbers_of<Inner>;
    Inner inner;
    double ratio, max_threshold;

    template <class T>
    DIFFGEN_VALUE T number(int k, std::size_t sample, std::size_t element) const {
        return inner.template number<T>(k, sample, element);
    }
    /// Numbers: those of the element, where the inner hook has them.
    template <class V, class... Numbers>
    DIFFGEN_VALUE V measure(V d, Numbers... of_element) const {
        if constexpr (Inner::present) d = inner.apply(d, of_element...);
        return max(d, -d);
    }
    /// The threshold s of a sample: the quantile of its |D|, at least 1, and then at most
    /// max_threshold.
    template <class S>
    DIFFGEN_VALUE S statistic(const S* measures, std::size_t count) const {
        const S s = max(detail::quantile(measures, count, ratio), S(1));
        return max_threshold < static_cast<double>(s) ? static_cast<S>(max_threshold) : s;
    }
    template <class V, class... Numbers>
    DIFFGEN_VALUE V apply(V d, V s, Numbers... of_element) const {
        if constexpr (Inner::present) d = inner.apply(d, of_element...);
        // the bounds come first: a NaN stays one, and is reported
        return min(s, max(-s, d)) / s;
    }
};

/// The predictor with its denoised estimate D thresholded: D becomes clamp(D, -s, s) / s. Each
/// sample has its own threshold s: the `ratio` quantile of |D| over the sample, but at least 1, and
/// then at most max_threshold. With max_threshold = 1 this is clipping to [-1, 1]. (Saharia et al.
/// 2022, section 2.3.) Throws bad_argument unless ratio lies in [0, 1] and max_threshold is above
/// 0.
template <class Inner>
struct thresholded : decorator<Inner> {
    using hook_type = threshold_hook<typename Inner::hook_type>;

    double ratio, max_threshold;

    explicit thresholded(Inner p, double r = 0.995,
                         double largest = std::numeric_limits<double>::infinity())
        : decorator<Inner>(std::move(p)), ratio(r), max_threshold(largest) {
        check();
    }

    void check() const {
        decorator<Inner>::check();
        detail::require(ratio >= 0 && ratio <= 1, "thresholding at the quantile ", ratio,
                        ", not in [0, 1]");
        detail::require(max_threshold > 0, "thresholded with max_threshold = ", max_threshold,
                        "; must be above 0");
    }

    [[nodiscard]] hook_type hook() const { return {this->inner.hook(), ratio, max_threshold}; }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
