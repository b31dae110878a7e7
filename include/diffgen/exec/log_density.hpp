// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The log density of every sample of a batch at one level, from predictors whose functor has,
// beside its score,
//   template <class V> V log_density(std::array<V, D> x, level_of<S> l) const
// as energies that come with their value and Gaussian mixtures do; or the same without the level in
// what its bind(level) returns. A constant may be missing.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/exec/evaluate.hpp>
#include <diffgen/exec/trajectory.hpp>
#include <diffgen/exec/with_lanes.hpp>

#include <array>
#include <cstddef>
#include <type_traits>

namespace diffgen::exec {

namespace detail {

/// The log density as what is called, so that all of it is inlined.
template <class Prepared>
struct log_density_of {
    const Prepared& prepared;

    template <class X>
    DIFFGEN_VALUE auto operator()(const X& x) const {
        return prepared.log_density(x);
    }
};

/// What one call of a functor of D elements sees; D = 0: one element.
template <class T, int D>
struct argument_of {
    using type = std::array<T, static_cast<std::size_t>(D)>;
};
template <class T>
struct argument_of<T, 0> {
    using type = T;
};

template <class Prepared, class X>
concept gives_density = requires(const Prepared& f, const X& x) {
    f.log_density(x);
};

/// Of the samples, one a lane, of which the first is given. D = 0: samples of any size, whose
/// elements' log densities are summed in their order.
template <class V, int D, class T, class Prepared>
[[nodiscard]] DIFFGEN_VALUE V log_density_at(const Prepared& prepared, const T* sample,
                                             std::size_t elements) {
    const log_density_of<Prepared> f{prepared};
    const auto stride = static_cast<std::ptrdiff_t>(elements);
    if constexpr (D == 0) {
        V total = broadcast<V>(T(0));
        for (std::size_t d = 0; d < elements; ++d)
            total = total + lanes::call(f, load_strided<V>(sample + d, stride));
        return total;
    } else {
        std::array<V, static_cast<std::size_t>(D)> x;
        for (std::size_t d = 0; d < static_cast<std::size_t>(D); ++d)
            x[d] = load_strided<V>(sample + d, stride);
        return lanes::call(f, x);
    }
}

}  // namespace detail

/// One tile of samples, a number each.
template <class T, int D, class Prepared, int Capacity>
struct log_density_pass {
    Prepared prepared;
    const T* in;
    T* out;
    std::size_t samples;
    std::size_t elements;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        constexpr std::size_t tile = tile_samples<D>(Capacity);
        constexpr std::size_t width = static_cast<std::size_t>(value_traits<V>::width);
        std::size_t i = index * tile;
        const std::size_t end = i + tile < samples ? i + tile : samples;
        for (; i + width <= end; i += width)
            store(out + i, at<V>(in + i * elements));
        if (i < end) rest(i, end);
    }

  private:
    DIFFGEN_REST void rest(std::size_t i, std::size_t end) const {
        for (; i < end; ++i)
            store(out + i, at<T>(in + i * elements));
    }
    template <class V>
    [[nodiscard]] DIFFGEN_VALUE V at(const T* sample) const {
        return detail::log_density_at<V, D>(prepared, sample, elements);
    }
};

/// out[i] = log density of sample i of x at the level. `out` has room for a number a sample, where
/// the policy runs. Throws bad_shape where the functor takes samples of another size.
template <class Exec, class Predictor, class T, class Space>
void log_density(const Exec& e, const Predictor& p, batch_view<T, Space> x,
                 const noise_level& level, std::remove_const_t<T>* out) {
    static_assert(Predictor::kind != granularity::batched,
                  "diffgen: log_density is for functors; a batched network is opaque");
    using number = std::remove_const_t<T>;
    constexpr int D = elements_of_call<Predictor>;
    require_elements<Predictor>(x.elements);
    const auto prepared =
        bind_level<number>(p.functor(), cast_level<number>(p.with_network_time(level)));
    using pass =
        log_density_pass<number, D, std::remove_const_t<decltype(prepared)>, Exec::tile_capacity>;
    constexpr std::size_t tile = tile_samples<D>(Exec::tile_capacity);
    e.for_each((x.samples + tile - 1) / tile,
               with_lanes<number, pass>{{prepared, x.data, out, x.samples, x.elements}});
}

}  // namespace diffgen::exec
