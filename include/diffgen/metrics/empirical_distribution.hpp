// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Distances between samples on the line, exact: Wasserstein's of order p by the monotone coupling,
// the energy distance (Szekely and Rizzo 2013) and Kolmogorov and Smirnov's by the distribution
// functions.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>
#include <diffgen/metrics/weights.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// An accumulator of numbers, kept sorted. Merging gives the same bits as one that was given all
/// numbers, in whatever order.
class empirical_distribution {
  public:
    empirical_distribution() = default;
    explicit empirical_distribution(std::span<const double> values) { add(values); }

    /// Throws non_finite on NaN or infinity.
    void add(std::span<const double> values) {
        detail::check_numbers("added", values, 0);
        const auto middle = static_cast<std::ptrdiff_t>(sorted_.size());
        sorted_.insert(sorted_.end(), values.begin(), values.end());
        std::sort(sorted_.begin() + middle, sorted_.end());
        std::inplace_merge(sorted_.begin(), sorted_.begin() + middle, sorted_.end());
    }

    void merge(const empirical_distribution& other) { add(std::vector<double>(other.sorted_)); }

    [[nodiscard]] const std::vector<double>& sorted() const { return sorted_; }

  private:
    std::vector<double> sorted_;
};

namespace detail {

inline void check_not_empty(const empirical_distribution& x, const empirical_distribution& y) {
    check_numbers("first", x.sorted(), 1);
    check_numbers("second", y.sorted(), 1);
}

/// Values in their order, each with its part of all weight.
inline std::vector<std::pair<double, double>> sorted_masses(const char* name,
                                                            std::span<const double> values,
                                                            std::span<const double> weights) {
    check_numbers(name, values, 1);
    const Eigen::VectorXd parts =
        normalised_weights(name, weights, static_cast<Eigen::Index>(values.size()));
    std::vector<std::pair<double, double>> sorted;
    for (std::size_t i = 0; i < values.size(); ++i)
        sorted.emplace_back(values[i], parts(static_cast<Eigen::Index>(i)));
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

/// Calls use(width, F - G) for every interval between neighbouring values of both.
template <class Use>
void for_steps(const empirical_distribution& x, const empirical_distribution& y, Use use) {
    check_not_empty(x, y);
    const auto& a = x.sorted();
    const auto& b = y.sorted();
    std::size_t i = 0, j = 0;
    while (i < a.size() || j < b.size()) {
        const double here = j == b.size() || (i < a.size() && a[i] < b[j]) ? a[i] : b[j];
        while (i < a.size() && a[i] == here)
            ++i;
        while (j < b.size() && b[j] == here)
            ++j;
        if (i == a.size() && j == b.size()) return;
        const double next = j == b.size() || (i < a.size() && a[i] < b[j]) ? a[i] : b[j];
        use(next - here, static_cast<double>(i) / static_cast<double>(a.size()) -
                             static_cast<double>(j) / static_cast<double>(b.size()));
    }
}

}  // namespace detail

/// (integral of |F^-1(u) - G^-1(u)|^order over u)^(1 / order), in the unit of the values. Throws
/// bad_argument where a set is empty or the order is below 1.
inline double wasserstein(const empirical_distribution& x, const empirical_distribution& y,
                          double order = 1) {
    detail::check_not_empty(x, y);
    if (!(order >= 1))
        throw bad_argument(detail::text("diffgen: Wasserstein's order is ", order, ", not >= 1"));
    const auto& a = x.sorted();
    const auto& b = y.sorted();
    // In units of 1 / (n m), the quantile functions step at multiples of m and of n.
    const std::size_t n = a.size(), m = b.size();
    double sum = 0;
    std::size_t at = 0;
    for (std::size_t i = 0, j = 0; i < n && j < m;) {
        const std::size_t next = std::min((i + 1) * m, (j + 1) * n);
        const double gap = std::abs(a[i] - b[j]);
        sum += static_cast<double>(next - at) * (order == 1 ? gap : std::pow(gap, order));
        at = next;
        i += (i + 1) * m == next;
        j += (j + 1) * n == next;
    }
    const double mean = sum / (static_cast<double>(n) * static_cast<double>(m));
    return order == 1 ? mean : std::pow(mean, 1 / order);
}

/// The same cost to the power of the order, integral of |F^-1(u) - G^-1(u)|^order over u, of values
/// with weights, which are divided by their sum and equal where there are none. Throws bad_shape
/// unless there is a weight for every value, bad_argument where a set is empty, the order is below
/// 1 or a weight negative, non_finite on NaN or infinity.
inline double transport_cost(std::span<const double> x, std::span<const double> y, double order,
                             std::span<const double> x_weights = {},
                             std::span<const double> y_weights = {}) {
    if (!(order >= 1))
        throw bad_argument(detail::text("diffgen: Wasserstein's order is ", order, ", not >= 1"));
    const auto a = detail::sorted_masses("first values", x, x_weights);
    const auto b = detail::sorted_masses("second values", y, y_weights);
    double sum = 0, left_a = a[0].second, left_b = b[0].second;
    for (std::size_t i = 0, j = 0;;) {
        const double moved = std::min(left_a, left_b);
        sum += moved * std::pow(std::abs(a[i].first - b[j].first), order);
        left_a -= moved;
        left_b -= moved;
        // What rounding leaves behind at the end of one list is about 1e-16 of the whole.
        if (left_a <= 0 && ++i < a.size()) left_a = a[i].second;
        if (left_b <= 0 && ++j < b.size()) left_b = b[j].second;
        if (i == a.size() || j == b.size()) return sum;
    }
}

/// sqrt(2 E|x - y| - E|x - x'| - E|y - y'|) over all pairs, = sqrt(2 integral of (F - G)^2). Throws
/// bad_argument where a set is empty.
inline double energy_distance(const empirical_distribution& x, const empirical_distribution& y) {
    double sum = 0;
    detail::for_steps(x, y, [&](double width, double gap) { sum += width * gap * gap; });
    return std::sqrt(2 * sum);
}

/// The largest |F - G|. Throws bad_argument where a set is empty.
inline double kolmogorov_smirnov(const empirical_distribution& x, const empirical_distribution& y) {
    double largest = 0;
    detail::for_steps(x, y,
                      [&](double, double gap) { largest = std::max(largest, std::abs(gap)); });
    return largest;
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>
