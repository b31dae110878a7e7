// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The handwritten digits: 8 x 8 pixels, scaled to [-1, 1], and their classes (optdigits, UCI).

#include <diffgen/core/error.hpp>
#include <diffgen/io/csv.hpp>

#include <cstddef>
#include <filesystem>
#include <vector>

namespace digits {

inline constexpr std::size_t pixels = 64;
inline constexpr int classes = 10;

/// Pixels of one digit after the other, and a class for each.
struct labelled_digits {
    std::vector<float> pixel_values;
    std::vector<int> labels;

    [[nodiscard]] std::size_t count() const { return labels.size(); }
};

/// Reads 64 values 0 .. 16 and a class a line. Throws bad_file.
inline labelled_digits read_digits(const std::filesystem::path& path) {
    const auto table = diffgen::io::read_csv(path);
    if (table.columns != pixels + 1)
        throw diffgen::bad_file(diffgen::detail::text(path.string(), ": ", table.columns,
                                                      " columns, not 64 pixels and a class"));
    labelled_digits d;
    for (std::size_t row = 0; row < table.rows; ++row) {
        const double* line = table.values.data() + row * table.columns;
        for (std::size_t i = 0; i < pixels; ++i)
            d.pixel_values.push_back(static_cast<float>(line[i] / 8 - 1));
        if (!(line[pixels] >= 0 && line[pixels] < classes))
            throw diffgen::bad_file(
                diffgen::detail::text(path.string(), ": digit ", row, " has class ", line[pixels]));
        d.labels.push_back(static_cast<int>(line[pixels]));
    }
    return d;
}

}  // namespace digits
