// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A functor and the trace of its Jacobian, or a quadratic form of it, by forward mode on lanes: a
// lane has a sample, and a dual of it some directions.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/dual_functions.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/lanes/fill_up.hpp>

#include <array>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density::detail {

/// D = 0: a functor of one element, seen as one of an array of one.
template <int D, class Prepared>
struct of_arrays {
    const Prepared& f;
    template <class V, std::size_t N>
    DIFFGEN_VALUE auto operator()(const std::array<V, N>& x) const {
        if constexpr (D == 0)
            return std::array<V, 1>{lanes::call(f, x[0])};
        else
            return lanes::call(f, x);
    }
};

/// out = f(scale x) of `count` samples of D elements (D = 0: single elements). products: v' J v for
/// each of `probes` probes (v: count x probes x D) or, where there are no probes, the trace of J; J
/// of f alone. May be null.
template <int D, class T, class Prepared>
struct functor_products {
    static constexpr std::size_t elements = D == 0 ? 1 : static_cast<std::size_t>(D);
    static constexpr int directions = D == 0 ? 1 : D < 4 ? D : 4;  ///< of one evaluation's trace

    of_arrays<D, Prepared> f;
    const T* in;
    T scale;
    const T* v;
    std::size_t probes;
    T* out;
    T* products;
    std::size_t count;

    template <class V>
    DIFFGEN_VALUE void operator()(lanes::tag<V>) const {
        constexpr std::size_t width = value_traits<V>::width;
        for (std::size_t i = 0; i < count; i += width) {
            const std::size_t valid = count - i < width ? count - i : width;
            std::array<V, elements> x;
            for (std::size_t d = 0; d < elements; ++d)
                x[d] = product(load_column<V>(in + i * elements + d, elements, valid),
                               broadcast<V>(scale));
            if (products == nullptr) {
                const std::array<V, elements> y = f(x);
                for (std::size_t d = 0; d < elements; ++d)
                    store_column(out + i * elements + d, elements, y[d], valid);
            } else if (probes == 0) {
                V sum = broadcast<V>(T(0));
                for (std::size_t first = 0; first < elements; first += std::size_t{directions})
                    sum = sum + trace_part(x, first, out + i * elements, valid);
                store_column(products + i, 1, sum, valid);
            } else {
                for (std::size_t p = 0; p < probes; ++p)
                    quadratic_form(x, p, i, valid);
            }
        }
    }

  private:
    /// A lane for each of `valid` samples, the numbers `stride` apart; the others are the last.
    template <class V>
    DIFFGEN_VALUE static V load_column(const T* from, std::size_t stride, std::size_t valid) {
        return lanes::load_first<V>(from, static_cast<std::ptrdiff_t>(stride),
                                    static_cast<int>(valid));
    }
    template <class V>
    DIFFGEN_VALUE static void store_column(T* to, std::size_t stride, const V& x,
                                           std::size_t valid) {
        T numbers[static_cast<std::size_t>(value_traits<V>::width)];
        store(numbers, x);
        for (std::size_t k = 0; k < valid; ++k)
            to[k * stride] = numbers[k];
    }

    /// The diagonal of J from element `first` on; the outputs are written on the way.
    template <class V>
    DIFFGEN_VALUE V trace_part(const std::array<V, elements>& x, std::size_t first, T* to,
                               std::size_t valid) const {
        using number = dual<V, directions>;
        std::array<number, elements> seen;
        for (std::size_t d = 0; d < elements; ++d) {
            seen[d].primal = x[d];
            for (std::size_t n = 0; n < std::size_t{directions}; ++n)
                seen[d].tangents[n] = broadcast<V>(T(first + n == d ? 1 : 0));
        }
        const std::array<number, elements> y = f(seen);
        V sum = broadcast<V>(T(0));
        for (std::size_t n = 0; n < std::size_t{directions} && first + n < elements; ++n)
            sum = sum + y[first + n].tangents[n];
        if (first == 0)
            for (std::size_t d = 0; d < elements; ++d)
                store_column(to + d, elements, y[d].primal, valid);
        return sum;
    }
    template <class V>
    DIFFGEN_VALUE void quadratic_form(const std::array<V, elements>& x, std::size_t p,
                                      std::size_t i, std::size_t valid) const {
        std::array<dual<V, 1>, elements> seen;
        for (std::size_t d = 0; d < elements; ++d)
            seen[d] = {
                x[d],
                {load_column<V>(v + (i * probes + p) * elements + d, probes * elements, valid)}};
        const std::array<dual<V, 1>, elements> y = f(seen);
        V sum = broadcast<V>(T(0));
        for (std::size_t d = 0; d < elements; ++d)
            sum = fma(seen[d].tangents[0], y[d].tangents[0], sum);
        store_column(products + i * probes + p, probes, sum, valid);
        if (p == 0)
            for (std::size_t d = 0; d < elements; ++d)
                store_column(out + i * elements + d, elements, y[d].primal, valid);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::density::detail

#include <diffgen/core/with_macros.hpp>
