// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Three series, and the coordinates in which an autoregression fits them better.

#include <diffgen/io/csv.hpp>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace seasons {

using numbers = std::vector<double>;

/// w = f(value) less the mean of its season, and back.
struct coordinates {
    double (*forward)(double) = [](double v) { return v; };
    double (*back)(double) = [](double w) { return w; };
    numbers seasonal_means{0};

    [[nodiscard]] double season(std::size_t t) const {
        return seasonal_means[t % seasonal_means.size()];
    }
    /// Learns the means of the seasons from the first `count` values.
    void learn(const numbers& values, std::size_t count, std::size_t seasons) {
        seasonal_means.assign(seasons, 0);
        numbers counts(seasons);
        for (std::size_t t = 0; t < count; ++t) {
            seasonal_means[t % seasons] += forward(values[t]);
            ++counts[t % seasons];
        }
        for (std::size_t s = 0; s < seasons; ++s)
            seasonal_means[s] /= counts[s];
    }
    [[nodiscard]] numbers of(const numbers& values) const {
        numbers w;
        for (std::size_t t = 0; t < values.size(); ++t)
            w.push_back(forward(values[t]) - season(t));
        return w;
    }
};

struct series {
    std::string name;
    numbers values;
    std::size_t horizon, season;
    int order;            ///< of the autoregression that is the bar
    bool of_differences;  ///< whether it is one of differences
    coordinates better;
    int better_order;

    /// The first 80 % are learnt from.
    [[nodiscard]] std::size_t training() const { return values.size() * 4 / 5; }
};

/// All cells but the first of every line; empty ones on the line between their neighbours.
inline numbers read(const std::filesystem::path& file) {
    const auto table = diffgen::io::read_csv(file, {.gaps = true});
    numbers v;
    for (std::size_t row = 0; row < table.rows; ++row)
        for (std::size_t column = 1; column < table.columns; ++column)
            v.push_back(table(row, column));
    for (std::size_t t = 0, before = 0; t < v.size(); ++t) {
        if (std::isnan(v[t])) continue;
        for (std::size_t gap = before + 1; gap < t; ++gap)
            v[gap] = v[before] + (v[t] - v[before]) * static_cast<double>(gap - before) /
                                     static_cast<double>(t - before);
        before = t;
    }
    return v;
}

inline std::vector<series> all(const std::filesystem::path& folder) {
    const coordinates logarithm{[](double v) { return std::log(v); },
                                [](double w) { return std::exp(w); }};
    const coordinates root{[](double v) { return std::sqrt(v); },
                           [](double w) { return w > 0 ? w * w : 0; }};
    std::vector<series> list{
        {"CO2, 52 weeks", read(folder / "co2.csv"), 52, 52, 60, true, logarithm, 104},
        {"El Nino, 12 months", read(folder / "elnino.csv"), 12, 12, 24, false, {}, 4},
        {"sunspots, 10 years", read(folder / "sunspots.csv"), 10, 11, 9, false, root, 9}};
    list[1].better.learn(list[1].values, list[1].training(), 12);
    return list;
}

}  // namespace seasons
