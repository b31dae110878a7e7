// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The monotone rational-quadratic function between given knots (Gregory and Delbourgo 1982; as a
// layer of flows, Durkan et al. 2019, "Neural Spline Flows", equations 4 to 8).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/family/mapped.hpp>

#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

/// The places that the function goes through and its slopes there, ascending; K + 1 of each for K
/// bins, each a matrix with a row a feature, or a number.
template <class P>
struct spline_knots {
    std::vector<P> x, y, slope;
};

namespace detail {

/// What the formulas need of the bin that a number lies in.
template <class X>
struct spline_bin {
    X x, y, width, height, from, to;  ///< the left knot, the bin's size, the slopes at its ends
};

/// The bin of z among the knots `edges` (those of x, or of y for the inverse); at a knot the bin to
/// its right.
template <class X, class P>
spline_bin<X> bin_of(const X& z, const spline_knots<P>& k, const std::vector<P>& edges) {
    const auto at = [&](const P& p) { return as_beside(z, p); };
    spline_bin<X> b{at(k.x[0]),          at(k.y[0]),     at(k.x[1] - k.x[0]),
                    at(k.y[1] - k.y[0]), at(k.slope[0]), at(k.slope[1])};
    for (std::size_t i = 1; i + 1 < edges.size(); ++i) {
        const auto right = z >= edges[i];
        b.x = select(right, at(k.x[i]), b.x);
        b.y = select(right, at(k.y[i]), b.y);
        b.width = select(right, at(k.x[i + 1] - k.x[i]), b.width);
        b.height = select(right, at(k.y[i + 1] - k.y[i]), b.height);
        b.from = select(right, at(k.slope[i]), b.from);
        b.to = select(right, at(k.slope[i + 1]), b.to);
    }
    return b;
}

/// log dy/dx at t = (x - x_k) / width (equation 5).
template <class X>
X log_slope(const spline_bin<X>& b, const X& secant, const X& t) {
    using T = number_of<X>;
    const X u = T(1) - t, q = t * u;
    const X denominator = secant + (b.from + b.to - secant * T(2)) * q;
    return log(secant) * T(2) + log(b.to * square(t) + secant * q * T(2) + b.from * square(u)) -
           log(denominator) * T(2);
}

}  // namespace detail

/// y(x) and log dy/dx for x between the first and the last knot (equation 4).
template <class X, class P>
mapped<X> rational_quadratic_forward(const X& x, const spline_knots<P>& knots) {
    using T = number_of<X>;
    const auto b = detail::bin_of(x, knots, knots.x);
    const X secant = b.height / b.width, t = (x - b.x) / b.width, q = t * (T(1) - t);
    const X denominator = secant + (b.from + b.to - secant * T(2)) * q;
    return {b.y + b.height * (secant * square(t) + b.from * q) / denominator,
            detail::log_slope(b, secant, t)};
}

/// x(y) and log dx/dy (equations 6 to 8). The root is written so that nothing cancels where the
/// quadratic is nearly a line.
template <class X, class P>
mapped<X> rational_quadratic_inverse(const X& y, const spline_knots<P>& knots) {
    using T = number_of<X>;
    const auto bin = detail::bin_of(y, knots, knots.y);
    const X secant = bin.height / bin.width, u = y - bin.y;
    const X bend = u * (bin.from + bin.to - secant * T(2));
    const X a = bin.height * (secant - bin.from) + bend;
    const X b = bin.height * bin.from - bend;
    const X c = -(secant * u);
    const X root = sqrt(max(square(b) - a * c * T(4), T(0)));
    const X t = c * T(2) / (-b - root);
    return {t * bin.width + bin.x, -detail::log_slope(bin, secant, t)};
}

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
