// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the zuko library (1.6) does in its own way: splines and scales whose raw numbers are bounded
// softly, the circle cut at 0, and masks by the sets of features that an output may see.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/bijection/spline.hpp>
#include <diffgen/family/mapped.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::zuko {

/// Knots of MonotonicRQSTransform, with L = log(slope): widths and heights are softmax(a / (1 + |2
/// a / L|)), slopes exp(a / (1 + |a / L|)).
struct soft_knots {
    double slope = 1e-3;

    void check(int) const {
        require(slope > 0 && slope < 1, "a zuko spline with slope = ", slope,
                "; must be between 0 and 1");
    }
    template <class P>
    family::spline_knots<P> operator()(std::span<const P> widths, std::span<const P> heights,
                                       std::span<const P> slopes, const family::spline_box& box,
                                       family::tails outside) const {
        const double bound = -std::log(slope);
        std::vector<P> inner;
        for (const P& raw : slopes)
            inner.push_back(exp(squashed(raw, 1 / bound)));
        return {family::detail::knots_of_parts(parts(widths, 2 / bound), box.left, box.right),
                family::detail::knots_of_parts(parts(heights, 2 / bound), box.bottom, box.top),
                family::detail::with_ends(inner, outside, widths[0])};
    }

  private:
    template <class P>
    static P squashed(const P& raw, double rate) {
        using T = family::number_of<P>;
        return raw / (abs(raw) * T(rate) + T(1));
    }
    template <class P>
    static std::vector<P> parts(std::span<const P> raw, double rate) {
        std::vector<P> soft;
        for (const P& each : raw)
            soft.push_back(squashed(each, rate));
        return family::detail::softmax_of_list(std::span<const P>(soft));
    }
};

/// x -> (x mod 2 pi) - pi, CircularShiftTransform: its own inverse on the circle, log |det| 0.
struct circular_shift {
    template <class W, class X>
    family::mapped<X> forward(const W&, const X& x) const {
        using T = family::number_of<X>;
        const T turn = T(6.283185307179586476925286766559005768);
        // Adding and taking away this number rounds to whole ones.
        const T rounder = std::numeric_limits<T>::digits == 24 ? T(12582912) : T(6755399441055744);
        const X near = x - detach((x * (T(1) / turn) + rounder) - rounder) * turn;
        const X wound = select(near < T(0), near + turn, near);
        return {wound - turn / T(2), sum_over_rows(family::filled_like(x, T(0)))};
    }
    template <class W, class X>
    family::mapped<X> inverse(const W& w, const X& y) const {
        return forward(w, y);
    }
};

/// The masks of MaskedMLP: row i of `adjacency` has ones where output i may see an input. Hidden
/// units take, in turn, the distinct rows that something can reach.
[[nodiscard]] inline std::vector<nn::matrix<double>> adjacency_masks(
    const nn::matrix<double>& adjacency, std::span<const int> widths) {
    using row = std::vector<int>;
    const auto row_of = [&](nn::extent i) {
        row r;
        for (nn::extent j = 0; j < adjacency.cols(); ++j)
            r.push_back(adjacency(i, j) > 0 ? 1 : 0);
        return r;
    };
    std::set<row> sorted;
    for (nn::extent i = 0; i < adjacency.rows(); ++i)
        sorted.insert(row_of(i));
    const std::vector<row> distinct(sorted.begin(), sorted.end());
    const auto contains = [](const row& a, const row& b) {
        for (std::size_t j = 0; j < a.size(); ++j)
            if (b[j] > a[j]) return false;
        return true;
    };
    // What a unit can see of the layer before it, for each distinct row.
    const auto inputs_seen = [&](const row& r, const std::vector<row>* before) {
        std::vector<double> seen;
        if (before == nullptr)
            for (const int one : r)
                seen.push_back(one);
        else
            for (const row& b : *before)
                seen.push_back(contains(r, b) ? 1 : 0);
        return seen;
    };
    std::vector<nn::matrix<double>> masks;
    std::vector<row> layer;
    for (std::size_t l = 0; l <= widths.size(); ++l) {
        const std::vector<row>* const before = l == 0 ? nullptr : &layer;
        std::vector<row> units;
        if (l == widths.size()) {
            for (nn::extent i = 0; i < adjacency.rows(); ++i)
                units.push_back(row_of(i));
        } else {
            std::vector<row> reachable;
            for (const row& r : distinct) {
                const auto seen = inputs_seen(r, before);
                if (std::any_of(seen.begin(), seen.end(), [](double s) { return s > 0; }))
                    reachable.push_back(r);
            }
            require(!reachable.empty(), "masks of an adjacency where no output sees an input");
            for (std::size_t i = 0; i < static_cast<std::size_t>(widths[l]); ++i)
                units.push_back(reachable[i % reachable.size()]);
        }
        const auto columns = inputs_seen(units[0], before).size();
        nn::matrix<double> mask(static_cast<nn::extent>(units.size()),
                                static_cast<nn::extent>(columns));
        for (std::size_t i = 0; i < units.size(); ++i) {
            const auto seen = inputs_seen(units[i], before);
            for (std::size_t j = 0; j < columns; ++j)
                mask(static_cast<nn::extent>(i), static_cast<nn::extent>(j)) = seen[j];
        }
        masks.push_back(std::move(mask));
        layer = std::move(units);
    }
    return masks;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::zuko

#include <diffgen/core/with_macros.hpp>
