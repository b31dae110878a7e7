// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A functor of one sample as a batched network on the host, with J'v by forward mode: a formula
// that runs inside the pass serves posterior methods as it is.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/dual_functions.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/posterior/rows.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// D: elements of a sample. F: as samplewise<D> takes it, with or without bind(level).
template <int D, class F>
class functor_network {
    static constexpr std::size_t elements = static_cast<std::size_t>(D);
    template <class V>
    using sample = std::array<V, elements>;

  public:
    explicit functor_network(F f) : functor_(std::move(f)) {}

    /// Throws bad_shape where the samples have another number of elements than the functor's.
    template <class T, class Level>
    void operator()(batch_view<const T> in, batch_view<T> out, const Level& level) const {
        for_each<T>(in, level, [&](const auto& f, std::size_t i) {
            sample<T> x;
            std::copy_n(in.sample(i), elements, x.begin());
            const sample<T> y = f(x);
            std::copy_n(y.begin(), elements, out.sample(i));
        });
    }
    /// One evaluation on duals for each 8 elements.
    template <class T, class Level>
    void vjp(batch_view<const T> in, batch_view<const T> v, batch_view<T> out,
             const Level& level) const {
        constexpr int at_once = D < 8 ? D : 8;
        for_each<T>(in, level, [&](const auto& f, std::size_t i) {
            for (std::size_t first = 0; first < elements; first += std::size_t{at_once}) {
                const std::size_t count = std::min(elements - first, std::size_t{at_once});
                sample<dual<T, at_once>> x;
                for (std::size_t e = 0; e < elements; ++e)
                    x[e] = {in.sample(i)[e], {}};
                for (std::size_t n = 0; n < count; ++n)
                    x[first + n].tangents[n] = 1;
                const auto y = f(x);
                for (std::size_t n = 0; n < count; ++n) {
                    T sum = 0;
                    for (std::size_t e = 0; e < elements; ++e)
                        sum += v.sample(i)[e] * y[e].tangents[n];
                    out.sample(i)[first + n] = sum;
                }
            }
        });
    }

  private:
    /// Calls use(f, i) for every row, f the functor at the row's level.
    template <class T, class Level, class Use>
    void for_each(batch_view<const T> in, const Level& level, Use use) const {
        detail::check_size("a sample", static_cast<Index>(in.elements), D);
        detail::for_each_row(
            in, level,
            [this](const noise_level& l) {
                const level_of<T> at = cast_level<T>(l);
                if constexpr (requires { functor_.bind(at); })
                    return functor_.bind(at);
                else
                    return [f = functor_, at](const auto& x) { return f(x, at); };
            },
            use);
    }

    F functor_;
};

template <int D, class F>
[[nodiscard]] functor_network<D, F> as_network(F functor) {
    return functor_network<D, F>(std::move(functor));
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
