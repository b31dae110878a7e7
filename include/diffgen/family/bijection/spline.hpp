// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Splines of one feature: from numbers without bounds to knots, and what is outside of the box
// (Durkan et al. 2019, section 3.1; circular tails: Rezende et al. 2020).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/bijection/rational_quadratic.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

/// What a spline is outside of its box: refused (bad_argument), or the identity, with slopes of 1
/// at both ends, or with one slope for both that is a parameter.
enum class tails { none, linear, circular };

/// Where a spline bends: [left, right] onto [bottom, top].
struct spline_box {
    double left = -1, right = 1, bottom = -1, top = 1;

    static spline_box symmetric(double bound) { return {-bound, bound, -bound, bound}; }
};

namespace detail {

/// softmax over a list of matrices, place by place. The largest is taken out as a constant.
template <class P>
std::vector<P> softmax_of_list(std::span<const P> raw) {
    P top = raw[0];
    for (const P& each : raw.subspan(1))
        top = max(each, top);
    top = detach(top);
    std::vector<P> parts;
    for (const P& each : raw)
        parts.push_back(exp(each - top));
    P total = parts[0];
    for (std::size_t i = 1; i < parts.size(); ++i)
        total = total + parts[i];
    for (P& part : parts)
        part = part / total;
    return parts;
}

/// The ends of parts that sum to one, stretched over [low, high]; both ends are exact.
template <class P>
std::vector<P> knots_of_parts(const std::vector<P>& parts, double low, double high) {
    using T = number_of<P>;
    std::vector<P> knots{filled_like(parts[0], T(low))};
    P total = parts[0];
    for (std::size_t i = 1; i < parts.size(); ++i) {
        knots.push_back(total * T(high - low) + T(low));
        total = total + parts[i];
    }
    knots.push_back(filled_like(parts[0], T(high)));
    return knots;
}

/// All slopes from the inner ones (linear), from all but the last (circular), or as they are.
template <class P>
std::vector<P> with_ends(const std::vector<P>& free, tails outside, const P& shape) {
    const P one = filled_like(shape, number_of<P>(1));
    std::vector<P> slopes;
    slopes.reserve(free.size() + 2);
    if (outside == tails::linear) slopes.push_back(one);
    for (const P& each : free)
        slopes.push_back(each);
    if (outside == tails::linear) slopes.push_back(one);
    if (outside == tails::circular && !free.empty()) slopes.push_back(free[0]);
    return slopes;
}

}  // namespace detail

/// Widths and heights are least + (1 - K least) softmax, slopes least + softplus, as Durkan et al.
/// and the nflows library have it.
struct softmax_knots {
    double min_width = 1e-3, min_height = 1e-3, min_slope = 1e-3;

    void check(int bins) const {
        for (const double least : {min_width, min_height})
            require(least >= 0 && least * bins < 1, "a spline of ", bins,
                    " bins with a least width of ", least, "; their product must be below 1");
        require(min_slope >= 0, "a spline with a least slope of ", min_slope);
    }

    template <class P>
    spline_knots<P> operator()(std::span<const P> widths, std::span<const P> heights,
                               std::span<const P> slopes, const spline_box& box,
                               tails outside) const {
        using T = number_of<P>;
        const auto at_least = [](std::vector<P> parts, double least) {
            const double left = 1 - least * static_cast<double>(parts.size());
            for (P& part : parts)
                part = part * T(left) + T(least);
            return parts;
        };
        std::vector<P> inner;
        for (const P& raw : slopes)
            inner.push_back(softplus(raw) + T(min_slope));
        return {detail::knots_of_parts(at_least(detail::softmax_of_list(widths), min_width),
                                       box.left, box.right),
                detail::knots_of_parts(at_least(detail::softmax_of_list(heights), min_height),
                                       box.bottom, box.top),
                detail::with_ends(inner, outside, widths[0])};
    }
};

/// A spline as a function of one feature. Its parameters are K widths, K heights and as many slopes
/// as its tails leave free.
template <class Knots = softmax_knots>
struct rational_quadratic {
    int bins = 8;
    spline_box box = spline_box::symmetric(3);
    tails outside = tails::linear;
    Knots knots{};

    void check() const {
        require(bins >= 1, "a spline of ", bins, " bins");
        require((box.left < box.right) && (box.bottom < box.top), "a spline on [", box.left, ", ",
                box.right, "] x [", box.bottom, ", ", box.top, "]; both must ascend");
        const bool identity = !(box.left < box.bottom) && !(box.bottom < box.left) &&
                              !(box.right < box.top) && !(box.top < box.right);
        require(outside == tails::none || identity,
                "a spline with tails maps its box onto itself, but has [", box.left, ", ",
                box.right, "] x [", box.bottom, ", ", box.top, "]");
        knots.check(bins);
    }
    int arity() const {
        return 2 * bins + (outside == tails::none     ? bins + 1
                           : outside == tails::linear ? bins - 1
                                                      : bins);
    }

    /// p: arity() parameters, each a row a feature (with one column, or one for each of x's).
    template <class P, class X>
    mapped<X> forward(const std::vector<P>& p, const X& x) const {
        return inside(x, box.left, box.right,
                      [&](const X& z) { return rational_quadratic_forward(z, knots_of(p)); });
    }
    template <class P, class X>
    mapped<X> inverse(const std::vector<P>& p, const X& y) const {
        return inside(y, box.bottom, box.top,
                      [&](const X& z) { return rational_quadratic_inverse(z, knots_of(p)); });
    }

  private:
    template <class P>
    spline_knots<P> knots_of(const std::vector<P>& p) const {
        if constexpr (value<P>)
            static_assert(value_traits<P>::width == 1,
                          "diffgen: the parameters of a spline are numbers or matrices, such as "
                          "nn::values of packs, not packs, which a std::vector does not align");
        const std::span<const P> all(p);
        const auto k = static_cast<std::size_t>(bins);
        return knots(all.first(k), all.subspan(k, k), all.subspan(2 * k), box, outside);
    }
    /// Outside of the box the spline sees the box's nearer end, so that what it gives there, and
    /// its slopes, are finite before they are thrown away.
    template <class X, class F>
    mapped<X> inside(const X& x, double low, double high, F spline) const {
        using T = number_of<X>;
        const auto below = x<T(low), above = x> T(high);
        if (outside == tails::none) {
            require(!any(below) && !any(above), "a spline without tails outside of [", low, ", ",
                    high, "]");
            return spline(x);
        }
        const auto in = spline(clamp(x, T(low), T(high)));
        return {select(below, x, select(above, x, in.value)),
                select(below, T(0), select(above, T(0), in.log_det))};
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
