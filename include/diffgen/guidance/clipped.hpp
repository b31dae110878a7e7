// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Clipping of the denoised estimate (Ho et al. 2020), in the solver's own pass; to two numbers, or
// to two for each element, such as the limits of joints.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/guidance/decorator.hpp>
#include <diffgen/predictor/own_numbers.hpp>

#include <cstddef>
#include <iterator>
#include <span>
#include <type_traits>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

/// The hook of clipped: it maps D to min(max(D, low), high), after the hook of the inner predictor.
template <class Inner>
struct clip_hook {
    static constexpr bool present = true;
    static constexpr bool per_sample = Inner::per_sample;
    static constexpr int numbers = detail::own_numbers_of<Inner>;
    Inner inner;
    double low, high;

    template <class T>
    DIFFGEN_VALUE T number(int k, std::size_t sample, std::size_t element) const {
        return inner.template number<T>(k, sample, element);
    }
    template <class V, class... Numbers>
    DIFFGEN_VALUE V measure(V d, Numbers... of_element) const {
        return inner.measure(d, of_element...);
    }
    template <class S>
    DIFFGEN_VALUE S statistic(const S* measures, std::size_t count) const {
        return inner.statistic(measures, count);
    }
    /// Beside d: the statistic of the sample, then the numbers of the element, where the inner hook
    /// has them.
    template <class V, class... Others>
    DIFFGEN_VALUE V apply(V d, Others... others) const {
        using S = typename value_traits<V>::scalar;
        if constexpr (Inner::present) d = inner.apply(d, others...);
        // the bounds come first: a NaN stays one, and is reported
        return min(broadcast<V>(static_cast<S>(high)), max(broadcast<V>(static_cast<S>(low)), d));
    }
};

/// The same with bounds for each element, after those numbers that the inner hook has.
template <class Inner, class Bound>
struct clip_hook_by_element {
    static constexpr bool present = true;
    static constexpr bool per_sample = Inner::per_sample;
    static constexpr int of_inner = detail::own_numbers_of<Inner>;
    static constexpr int numbers = of_inner + 2;
    Inner inner;
    const Bound *low, *high;

    template <class T>
    DIFFGEN_VALUE T number(int k, [[maybe_unused]] std::size_t sample, std::size_t element) const {
        if constexpr (of_inner > 0)
            if (k < of_inner) return inner.template number<T>(k, sample, element);
        return static_cast<T>((k == of_inner ? low : high)[element]);
    }
    template <class V>
    DIFFGEN_VALUE V measure(V d, const V* of_element) const {
        return detail::measured_by(inner, d, of_element);
    }
    template <class S>
    DIFFGEN_VALUE S statistic(const S* measures, std::size_t count) const {
        return inner.statistic(measures, count);
    }
    template <class V>
    DIFFGEN_VALUE V apply(V d, const V* of_element) const {
        if constexpr (Inner::present) d = detail::hooked(inner, d, of_element);
        return clip(d, of_element);
    }
    template <class V>
    DIFFGEN_VALUE V apply(V d, V of_sample, const V* of_element) const {
        return clip(detail::hooked(inner, d, of_element, of_sample), of_element);
    }

  private:
    template <class V>
    DIFFGEN_VALUE V clip(const V& d, const V* of_element) const {
        return min(of_element[of_inner + 1], max(of_element[of_inner], d));
    }
};

/// The predictor with its denoised estimate clipped to [low, high].
/// Throws bad_argument unless low < high.
template <class Inner, class Bounds = double>
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

/// The same with the bounds [low[e], high[e]] for element e of every sample. It refers to the
/// bounds, which must outlive it, and which on a device are in its memory. A run throws bad_shape
/// where their number is not that of a sample's elements and, on a processor, bad_argument unless
/// low[e] < high[e].
template <class Inner, class Bound>
struct clipped<Inner, std::span<const Bound>> : decorator<Inner> {
    using hook_type = clip_hook_by_element<typename Inner::hook_type, Bound>;

    std::span<const Bound> low, high;

    clipped(Inner p, std::span<const Bound> l, std::span<const Bound> h)
        : decorator<Inner>(std::move(p)), low(l), high(h) {}

    template <class Space>
    void check_batch(std::size_t samples, std::size_t size) const {
        decorator<Inner>::template check_batch<Space>(samples, size);
        if (low.size() != size || high.size() != size)
            throw bad_shape(detail::text("diffgen: clipping by ", low.size(), " lower and ",
                                         high.size(), " upper bounds, the batch has samples of ",
                                         size, " elements; one of each an element"));
        if constexpr (std::is_same_v<Space, space::host>)
            for (std::size_t e = 0; e < size; ++e)
                detail::require(low[e] < high[e], "clipping element ", e, " to [", low[e], ", ",
                                high[e], "]; the lower bound must come first, below the upper");
    }

    [[nodiscard]] hook_type hook() const { return {this->inner.hook(), low.data(), high.data()}; }
};

template <class Inner>
clipped(Inner) -> clipped<Inner>;
template <class Inner>
clipped(Inner, double, double) -> clipped<Inner>;
template <class Inner, class Bound>
clipped(Inner, std::span<const Bound>, std::span<const Bound>)
    -> clipped<Inner, std::span<const Bound>>;
/// Of containers with a name, or views; temporary ones would be gone before the first evaluation.
template <class Inner, class Low, class High>
requires(detail::contiguous<std::remove_reference_t<Low>>&&
             detail::contiguous<std::remove_reference_t<High>>&&
                 detail::outlives_its_expression<Low>&& detail::outlives_its_expression<High>)
    clipped(Inner, Low&&, High&&)
->clipped<Inner, std::span<const std::remove_cv_t<
                     std::remove_pointer_t<decltype(std::data(std::declval<Low&>()))>>>>;

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
