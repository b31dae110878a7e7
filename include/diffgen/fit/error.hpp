// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How far the samples of a short run are from those of the reference, which had the same noise at
// the start: sample by sample, or as distributions.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/scalar.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::fit {

/// Samples in host memory, one after the other.
struct ends {
    std::vector<double> values;
    std::size_t elements;

    [[nodiscard]] std::size_t samples() const { return values.size() / elements; }
    [[nodiscard]] const double* sample(std::size_t i) const { return &values[i * elements]; }
};

namespace detail {

/// The Euclidean distance of two samples of `n` elements.
[[nodiscard]] inline double distance(const double* a, const double* b, std::size_t n) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
        sum += product(a[i] - b[i], a[i] - b[i]);
    return std::sqrt(sum);
}

/// Its mean over all pairs, one from `a` and one from `b`.
[[nodiscard]] inline double mean_distance(const ends& a, const ends& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.samples(); ++i)
        for (std::size_t j = 0; j < b.samples(); ++j)
            sum += distance(a.sample(i), b.sample(j), a.elements);
    return sum / (static_cast<double>(a.samples()) * static_cast<double>(b.samples()));
}

}  // namespace detail

/// The root mean square over all elements of x - reference. For runs that take each start to one
/// end: of solvers that draw no noise, or with noise::brownian.
struct paired {
    static constexpr bool fresh_noise = false;  ///< whether it makes sense for runs that draw some

    [[nodiscard]] double operator()(const ends& x, const ends& reference) const {
        double sum = 0;
        for (std::size_t i = 0; i < x.values.size(); ++i) {
            const double d = x.values[i] - reference.values[i];
            sum += product(d, d);
        }
        return std::sqrt(sum / static_cast<double>(x.values.size()));
    }
};

/// 2 E|X - Y| - E|X - X'| - E|Y - Y'|, at least 0 and 0 for equal distributions only (Szekely and
/// Rizzo 2013), over the samples of the batch. For any run; its cost grows with their square.
struct energy_distance {
    static constexpr bool fresh_noise = true;

    [[nodiscard]] double operator()(const ends& x, const ends& reference) const {
        return 2 * detail::mean_distance(x, reference) - detail::mean_distance(x, x) -
               detail::mean_distance(reference, reference);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::fit

#include <diffgen/core/with_macros.hpp>
