// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A battery of tests that numbers are independent standard normals.
//
// Every statistic is, under the hypothesis, close to a standard normal itself; the limit is 6.9,
// which each passes wrongly with probability 5.2e-12, so that the 9 of a battery raise a false
// alarm less than once in 2e10. With n numbers a shift of the mean by 10 / sqrt(n), a wrong scale
// by 7 / sqrt(n), or a correlation of neighbours by 10 / sqrt(n) is found with probability 0.999
// (limit + 3.1 standard errors): 0.005, 0.0035, 0.005 of 4e6 numbers.

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

constexpr double battery_limit = 6.9;

/// Collects numbers, then gives its statistics by name.
class normal_battery {
  public:
    template <class T>
    void add(const std::vector<T>& x) {
        for (const T value : x)
            add(static_cast<double>(value));
    }

    std::vector<std::pair<std::string, double>> statistics() const {
        const double n = static_cast<double>(count_);
        // Moments 1 to 4 of a standard normal are 0, 1, 0, 3 with variances 1, 2, 15, 96.
        std::vector<std::pair<std::string, double>> all{
            {"mean", sum_[0] / std::sqrt(n)},
            {"second moment", (sum_[1] - n) / std::sqrt(2.0 * n)},
            {"third moment", sum_[2] / std::sqrt(15.0 * n)},
            {"fourth moment", (sum_[3] - 3.0 * n) / std::sqrt(96.0 * n)}};
        for (std::size_t lag = 0; lag < lags; ++lag) {
            all.emplace_back("correlation at distance " + std::to_string(lag + 1),
                             products_[lag] / std::sqrt(n));
        }
        const double tail = n * std::erfc(4.0 / std::numbers::sqrt2);
        all.emplace_back("beyond 4", (static_cast<double>(beyond_4_) - tail) / std::sqrt(tail));
        all.emplace_back("chi squared", chi_squared(n));
        return all;
    }

    /// The largest statistic by magnitude.
    double worst() const {
        double most = 0.0;
        for (const auto& [name, value] : statistics())
            most = std::max(most, std::fabs(value));
        return most;
    }

  private:
    static constexpr std::size_t lags = 3;
    static constexpr std::size_t bins = 512;  // of equal probability

    void add(double z) {
        sum_[0] += z;
        sum_[1] += z * z;
        sum_[2] += z * z * z;
        sum_[3] += z * z * z * z;
        for (std::size_t lag = 0; lag < lags; ++lag)
            products_[lag] += z * last_[lag];
        for (std::size_t lag = lags - 1; lag > 0; --lag)
            last_[lag] = last_[lag - 1];
        last_[0] = z;
        beyond_4_ += std::fabs(z) > 4.0;
        const double probability = 0.5 * std::erfc(-z / std::numbers::sqrt2);
        const auto bin = static_cast<std::size_t>(probability * static_cast<double>(bins));
        ++histogram_[bin < bins ? bin : bins - 1];
        ++count_;
    }

    /// The chi-squared sum of the bins as a normal number (Wilson and Hilferty, PNAS 17, 1931).
    double chi_squared(double n) const {
        const double expected = n / static_cast<double>(bins);
        double sum = 0.0;
        for (const std::size_t count : histogram_) {
            const double off = static_cast<double>(count) - expected;
            sum += off * off / expected;
        }
        const double freedom = static_cast<double>(bins - 1);
        const double variance = 2.0 / (9.0 * freedom);
        return (std::cbrt(sum / freedom) - (1.0 - variance)) / std::sqrt(variance);
    }

    std::array<double, 4> sum_{};
    std::array<double, lags> products_{};
    std::array<double, lags> last_{};
    std::array<std::size_t, bins> histogram_{};
    std::size_t beyond_4_ = 0;
    std::size_t count_ = 0;
};
