// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the functor of a predictor is evaluated on a tile of samples (or elements): bound to a level
// on the host, called on packs of lanes inside a pass.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/core/guidance_branch.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/lanes/fill_up.hpp>
#include <diffgen/core/noise_level.hpp>

#include <array>
#include <cstddef>
#include <numeric>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// Whether a functor asks which branch of guidance it is evaluated for.
template <class F, class X, class T>
inline constexpr bool takes_branch =
    std::is_invocable_v<const F&, const X&, const level_of<T>&, guidance_branch>;

/// A functor that is told the level at every call.
template <class F, class T>
struct bound_functor {
    F f;
    level_of<T> level;

    template <class X>
    requires(std::is_invocable_v<const F&, const X&, const level_of<T>&>) DIFFGEN_VALUE auto
    operator()(const X& x) const {
        return f(x, level);
    }
    template <class X>
    requires(takes_branch<F, X, T>) DIFFGEN_VALUE auto operator()(const X& x,
                                                                  guidance_branch branch) const {
        return f(x, level, branch);
    }
    template <class X>
    requires requires(const F& g, const X& x, const level_of<T>& l) { g.log_density(x, l); }
    DIFFGEN_VALUE auto log_density(const X& x) const { return f.log_density(x, level); }
};

/// The functor for one level: its own bind(level), or the functor and the level.
template <class T, class F>
[[nodiscard]] auto bind_level(const F& f, const level_of<T>& l) {
    if constexpr (requires { f.bind(l); }) {
        static_assert(
            std::is_trivially_copyable_v<decltype(f.bind(l))>,
            "diffgen: what a functor's bind(level) returns runs inside the pass, also on a "
            "device, and so must be trivially copyable");
        return f.bind(l);
    } else {
        return bound_functor<F, T>{f, l};
    }
}

namespace detail {

template <class Prepared, class X>
DIFFGEN_VALUE X call(const Prepared& f, const X& x, [[maybe_unused]] guidance_branch branch) {
    constexpr bool asks = std::is_invocable_r_v<X, const Prepared&, const X&, guidance_branch>;
    constexpr bool gives = asks || std::is_invocable_r_v<X, const Prepared&, const X&>;
    static_assert(
        gives,
        "diffgen: a functor is called as f(x, level) for every number or pack of them, and "
        "returns what x is; in samplewise<D>(...) it is template <class V, class S> "
        "std::array<V, D> operator()(std::array<V, D> x, const level_of<S>& level) const, "
        "in pointwise(...) V operator()(V x, const level_of<S>& level) const");
    if constexpr (asks)
        return lanes::call(f, x, branch);
    else if constexpr (gives)
        return lanes::call(f, x);
    else
        return x;
}

/// A pack of samples through the functor. D = 0: elements, not samples.
template <class V, int D, class T, class Prepared>
DIFFGEN_VALUE void evaluate_at(const Prepared& f, const T* in, T scale, T* out,
                               guidance_branch branch) {
    const V s = broadcast<V>(scale);
    if constexpr (D == 0) {
        store(out, call(f, V(product(load<V>(in), s)), branch));
    } else {
        std::array<V, static_cast<std::size_t>(D)> x;
        for (int d = 0; d < D; ++d)
            x[static_cast<std::size_t>(d)] = product(load_strided<V>(in + d, D), s);
        const std::array<V, static_cast<std::size_t>(D)> y = call(f, x, branch);
        for (int d = 0; d < D; ++d)
            store_strided(out + d, D, y[static_cast<std::size_t>(d)]);
    }
}

/// How many packs of samples a functor takes in one call: its packs_at_once, otherwise one. On one
/// lane there is nothing to gain by more.
template <class V, class Prepared>
constexpr int packs_of_call() {
    if constexpr (value_traits<V>::width > 1 && requires { Prepared::packs_at_once; })
        return Prepared::packs_at_once;
    else
        return 1;
}

/// Samples i .. i + Packs * width - 1 of a tile through a functor that takes
/// std::array<std::array<V, D>, Packs>, a pack of samples after the other.
template <class V, int D, int Packs, class T, class Prepared>
DIFFGEN_VALUE void evaluate_packs_at(const Prepared& f, const T* in, T scale, T* out, int i,
                                     guidance_branch branch) {
    constexpr int width = value_traits<V>::width;
    const V s = broadcast<V>(scale);
    std::array<std::array<V, static_cast<std::size_t>(D)>, static_cast<std::size_t>(Packs)> x;
    for (int p = 0; p < Packs; ++p)
        for (int d = 0; d < D; ++d)
            x[static_cast<std::size_t>(p)][static_cast<std::size_t>(d)] =
                product(load_strided<V>(in + (i + p * width) * D + d, D), s);
    const auto y = call(f, x, branch);
    for (int p = 0; p < Packs; ++p)
        for (int d = 0; d < D; ++d)
            store_strided(out + (i + p * width) * D + d, D,
                          y[static_cast<std::size_t>(p)][static_cast<std::size_t>(d)]);
}

}  // namespace detail

/// Evaluates a functor on `count` samples (elements where D = 0). The last few that fill no pack
/// are made one by copies of the last sample.
template <class V, int D, class T, class Prepared>
DIFFGEN_VALUE void evaluate_tile(const Prepared& f, const T* in, T scale, T* out, int count,
                                 guidance_branch branch) {
    constexpr int width = value_traits<V>::width, elements = D == 0 ? 1 : D;
    constexpr int packs = detail::packs_of_call<V, Prepared>();
    int i = 0;
    if constexpr (D > 0 && packs > 1)
        for (; i + packs * width <= count; i += packs * width)
            detail::evaluate_packs_at<V, D, packs>(f, in, scale, out, i, branch);
    for (; i < count; i += width) {
        const int left = count - i;
        const T* from = in + i * elements;
        T* to = out + i * elements;
        if constexpr (width > 1) {
            T room[std::size_t{width * elements}];
            if (left < width) lanes::fill_up<elements>(from, left, room, width);
            const bool whole = left >= width;
            detail::evaluate_at<V, D>(f, whole ? from : room, scale, whole ? to : room, branch);
            if (!whole) lanes::copy_first(room, left * elements, to);
        } else {
            detail::evaluate_at<V, D>(f, from, scale, to, branch);
        }
    }
}

/// How many samples of D elements (single elements where D = 0) make a tile: on a device as few as
/// fill whole blocks of noise, on a host enough for the lanes.
template <int D>
[[nodiscard]] constexpr int tile_samples(int capacity) {
    constexpr int elements = D == 0 ? 1 : D;
    if (capacity < 16) return 4 / std::gcd(elements, 4);
    const int fit = capacity / elements / 16 * 16;
    return fit < 16 ? 16 : fit;
}

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>
