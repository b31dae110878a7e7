// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a figure of a model's density is: the density itself, a bound of it, or an estimate. What
// gives densities says which by its type, and every table prints it.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// The model's log density, but for rounding and the error of a solver.
struct exact {
    static constexpr const char* name = "exact";
};
/// At most the model's log density; in expectation, where noise is drawn for it.
struct lower_bound {
    static constexpr const char* name = "lower bound";
};
/// Unbiased for the model's log density, with an error that is drawn.
struct estimate {
    static constexpr const char* name = "estimate";
};

template <class K>
concept kind = std::same_as<K, exact> || std::same_as<K, lower_bound> || std::same_as<K, estimate>;

/// The kind that a type of densities declares: its member type `kind`.
template <class D>
using kind_of = typename std::remove_cvref_t<D>::kind;

/// A model that gives log densities and says of which kind.
template <class D>
concept tells_its_kind = kind<kind_of<D>>;

/// What a figure made of another can still claim. Averaging a lower bound's noise, or adding a
/// known number, keeps its kind; a bound of an estimate is a bound in expectation.
template <kind A, kind B>
using weaker = std::conditional_t<
    std::same_as<A, lower_bound> || std::same_as<B, lower_bound>, lower_bound,
    std::conditional_t<std::same_as<A, estimate> || std::same_as<B, estimate>, estimate, exact>>;

/// Log densities of samples in nats, of one kind. `errors` are standard errors of each, from what
/// was drawn for it; empty where nothing was, or where one draw tells nothing of its error.
template <density::kind Kind>
struct log_densities {
    using kind = Kind;
    std::vector<double> values{};
    std::vector<double> errors{};
};

/// A mean over samples, with its standard error.
struct mean_and_error {
    double mean = 0;
    double error = 0;
};

/// The error is that of the sample, from the spread of the values; it holds what was drawn for
/// each. NaN where there is one value. Throws bad_argument of no values.
[[nodiscard]] inline mean_and_error mean_of(const std::vector<double>& values) {
    require(!values.empty(), "the mean of no values");
    const auto n = static_cast<double>(values.size());
    double mean = 0, squares = 0;
    for (const double v : values)
        mean += v / n;
    for (const double v : values)
        squares += (v - mean) * (v - mean);
    return {mean, std::sqrt(squares / (n - 1) / n)};
}

/// Minus log density / (elements log 2), with `offset` bits added for the units of the elements: 8
/// where a level of 256 is 1/256 wide, 7 where it is 2/256 wide, log2 of (levels a unit) in
/// general.
[[nodiscard]] inline double bits_per_dimension(double log_density, std::size_t elements,
                                               double offset = 0) {
    return -log_density / (static_cast<double>(elements) * 0.69314718055994530942) + offset;
}
/// The same of many: mean and standard error.
[[nodiscard]] inline mean_and_error bits_per_dimension(std::vector<double> log_densities,
                                                       std::size_t elements, double offset = 0) {
    for (double& v : log_densities)
        v = bits_per_dimension(v, elements, offset);
    return mean_of(log_densities);
}

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>
