// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a batched network can have beside its call, so that the divergence of its flow is known:
//   net.jvp(in, v, out, level)      out = J v of each row, J the Jacobian of its output by its
//   input net.vjp(in, v, out, level)      out = J' v, which serves as well: v' J v is the same
//   net.divergence(in, out, level)  the trace of J, one number a row
// and a decorator that gives jvp to any network by central differences.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

template <class Net, class T>
concept has_jvp = requires(Net& n, batch_view<const T> in, batch_view<T> out, noise_level l) {
    n.jvp(in, in, out, l);
};
template <class Net, class T>
concept has_vjp = requires(Net& n, batch_view<const T> in, batch_view<T> out, noise_level l) {
    n.vjp(in, in, out, l);
};
template <class Net, class T>
concept has_divergence = requires(Net& n, batch_view<const T> in, batch_view<T> out,
                                  noise_level l) {
    n.divergence(in, out, l);
};

/// A network with jvp by central differences: (net(x + h v) - net(x - h v)) / (2 h), two more
/// evaluations a product. step: h times the size of v's elements; 0: the cube root of the
/// precision, of which the error is the square. For networks of floats that is 2e-5 at best.
template <class Net>
struct by_differences {
    Net net;
    double step = 0;

    explicit by_differences(Net n, double h = 0) : net(std::move(n)), step(h) {}

    void check() const {
        require(step >= 0 && std::isfinite(step), "by_differences with step = ", step,
                "; must be above 0, or 0 for the default");
    }
    template <class In, class Out, class Level>
    void operator()(const In& in, const Out& out, const Level& l) {
        net(in, out, l);
    }
    template <class In, class Out, class Level>
    void operator()(const In& in, const Out& out, const Level& l) const {
        net(in, out, l);
    }
    template <class T, class Level>
    void jvp(batch_view<const T> in, batch_view<const T> v, batch_view<T> out, const Level& l) {
        const double h = step > 0 ? step : std::cbrt(double(std::numeric_limits<T>::epsilon()));
        std::vector<T> moved(in.size()), below(in.size());
        const auto at = [&](double by, batch_view<T> to) {
            for (std::size_t i = 0; i < moved.size(); ++i)
                moved[i] = static_cast<T>(double(in.data[i]) + by * double(v.data[i]));
            net(batch_view<const T>(moved.data(), in.samples, in.elements), to, l);
        };
        at(-h, {below.data(), in.samples, in.elements});
        at(h, out);
        for (std::size_t i = 0; i < below.size(); ++i)
            out.data[i] = static_cast<T>((double(out.data[i]) - double(below[i])) / (2 * h));
    }
};

namespace detail {

/// J v or J' v of each row. Says at compile time what a network lacks.
template <class T, class Net>
void jacobian_product(Net& net, batch_view<const T> in, batch_view<const T> v, batch_view<T> out,
                      const noise_level& l) {
    static_assert(has_jvp<Net, T> || has_vjp<Net, T>,
                  "diffgen: the divergence of this network's flow is not known: give the network "
                  "a member jvp(in, v, out, level) or vjp(in, v, out, level), or wrap it in "
                  "density::by_differences(network)");
    if constexpr (has_jvp<Net, T>)
        net.jvp(in, v, out, l);
    else
        net.vjp(in, v, out, l);
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>
