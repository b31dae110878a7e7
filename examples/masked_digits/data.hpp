// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The handwritten digits as they are: 8 x 8 pixels of 17 levels (optdigits, UCI).

#include <diffgen/core/error.hpp>
#include <diffgen/density/kind.hpp>
#include <diffgen/io/csv.hpp>

#include "network.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace masked_digits {

/// The levels of one digit after the other. Throws bad_file.
inline std::vector<std::int8_t> read_levels(const std::filesystem::path& path) {
    const auto table = diffgen::io::read_csv(path);
    if (table.columns != std::size_t{pixels} + 1)
        throw diffgen::bad_file(diffgen::detail::text(path.string(), ": ", table.columns,
                                                      " columns, not 64 pixels and a class"));
    std::vector<std::int8_t> x;
    for (std::size_t row = 0; row < table.rows; ++row)
        for (std::size_t e = 0; e < std::size_t{pixels}; ++e) {
            const double v = table.values[row * table.columns + e];
            if (!(v >= 0 && v < levels && v == std::floor(v)))
                throw diffgen::bad_file(diffgen::detail::text(path.string(), ": pixel ", e,
                                                              " of digit ", row, " is ", v));
            x.push_back(static_cast<std::int8_t>(v));
        }
    return x;
}

/// The baseline: every pixel by itself, from how often it has each level in the training digits,
/// with 0.3 of a digit added to each.
inline diffgen::density::log_densities<diffgen::density::exact> pixel_histograms(
    const std::vector<std::int8_t>& training, const std::vector<std::int8_t>& x) {
    constexpr double added = 0.3;
    std::vector<double> count(std::size_t{pixels} * levels, added);
    for (std::size_t i = 0; i < training.size(); ++i)
        ++count[i % pixels * levels + static_cast<std::size_t>(training[i])];
    const double total = static_cast<double>(training.size()) / pixels + added * levels;
    diffgen::density::log_densities<diffgen::density::exact> found{
        std::vector<double>(x.size() / pixels), {}};
    for (std::size_t i = 0; i < x.size(); ++i)
        found.values[i / pixels] +=
            std::log(count[i % pixels * levels + static_cast<std::size_t>(x[i])] / total);
    return found;
}

}  // namespace masked_digits
