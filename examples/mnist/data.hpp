// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Digits of 28 x 28 pixels from IDX files (MNIST, Y. LeCun, C. Cortes, C. Burges), scaled to
// [-1, 1], and in the order in which the network sees them: 14 x 14 squares of 2 x 2 pixels, each
// place of a square a channel.

#include <diffgen/core/error.hpp>
#include <diffgen/io/csv.hpp>
#include <diffgen/io/idx.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace mnist {

inline constexpr std::size_t side = 28, pixels = side * side;
inline constexpr int classes = 10;

/// Pictures one after the other, each in the network's order, and a class for each.
struct labelled_digits {
    std::vector<float> values;
    std::vector<int> labels;

    [[nodiscard]] std::size_t count() const { return labels.size(); }
    [[nodiscard]] std::span<const float> picture(std::size_t i) const {
        return {values.data() + i * pixels, pixels};
    }
    /// Digits first .. last - 1.
    [[nodiscard]] labelled_digits part(std::size_t first, std::size_t last) const {
        const auto at = [](std::size_t n) { return static_cast<std::ptrdiff_t>(n); };
        return {{values.begin() + at(first * pixels), values.begin() + at(last * pixels)},
                {labels.begin() + at(first), labels.begin() + at(last)}};
    }
};

/// Where the network sees pixel (y, x): channel after channel, and row by row.
inline std::size_t place_of(std::size_t y, std::size_t x) {
    constexpr std::size_t half = side / 2;
    return ((y % 2 * 2 + x % 2) * half + y / 2) * half + x / 2;
}

/// A picture row by row, from the network's order.
inline std::vector<float> by_rows(std::span<const float> picture) {
    std::vector<float> result(pixels);
    for (std::size_t y = 0; y < side; ++y)
        for (std::size_t x = 0; x < side; ++x)
            result[y * side + x] = picture[place_of(y, x)];
    return result;
}

/// The file of that name in the folder, packed by gzip or not; an empty path where there is none.
inline std::filesystem::path file_of(const std::filesystem::path& folder, const std::string& name) {
    for (const char* end : {".gz", ""})
        if (auto path = folder / (name + end); std::filesystem::exists(path)) return path;
    return {};
}
inline std::string pictures_of(const std::string& name) {
    return name + "-images-idx3-ubyte";
}

/// The digits of `name`-images-idx3-ubyte and `name`-labels-idx1-ubyte. Throws bad_file.
inline labelled_digits read_digits(const std::filesystem::path& folder, const std::string& name) {
    const auto found = [&](const std::string& file) {
        auto path = file_of(folder, file);
        if (path.empty())
            throw diffgen::bad_file(diffgen::detail::text(
                "diffgen: there is neither ", file, ".gz nor ", file, " in '", folder.string(),
                "'; --data names the folder of MNIST's files, --files which of them"));
        return path;
    };
    const auto path = found(pictures_of(name));
    const auto pictures = diffgen::io::read_idx<std::uint8_t>(path);
    const auto labels = diffgen::io::read_idx<std::uint8_t>(found(name + "-labels-idx1-ubyte"));
    const bool fits = pictures.shape.size() == 3 && pictures.shape[1] == side &&
                      pictures.shape[2] == side && labels.shape.size() == 1 &&
                      labels.shape[0] == pictures.shape[0];
    if (!fits)
        throw diffgen::bad_file(diffgen::detail::text(
            "diffgen: ", path.string(), " holds ", diffgen::io::shape_text(pictures.shape),
            " with ", diffgen::io::shape_text(labels.shape),
            " labels; must be pictures of 28 x 28 with a label each"));
    labelled_digits d;
    d.values.resize(pictures.data.size());
    for (std::size_t i = 0; i < labels.data.size(); ++i) {
        for (std::size_t y = 0; y < side; ++y)
            for (std::size_t x = 0; x < side; ++x)
                d.values[i * pixels + place_of(y, x)] =
                    static_cast<float>(pictures.data[i * pixels + y * side + x]) / 127.5f - 1;
        if (labels.data[i] >= classes)
            throw diffgen::bad_file(diffgen::detail::text("diffgen: ", path.string(), ": digit ", i,
                                                          " has class ", int{labels.data[i]}));
        d.labels.push_back(labels.data[i]);
    }
    return d;
}

/// The digits of 8 x 8 pixels of the other examples, enlarged three times: something to try the
/// program on without MNIST. Throws bad_file.
inline labelled_digits read_small_digits(const std::filesystem::path& path, std::size_t count) {
    const auto table = diffgen::io::read_csv(path);
    if (table.columns != 65 || table.rows < count)
        throw diffgen::bad_file("diffgen: " + path.string() + " has too few digits of 8 x 8");
    labelled_digits d{std::vector<float>(count * pixels, -1.f), {}};
    for (std::size_t i = 0; i < count; ++i) {
        const double* digit = table.values.data() + i * table.columns;
        for (std::size_t y = 0; y < 24; ++y)
            for (std::size_t x = 0; x < 24; ++x)
                d.values[i * pixels + place_of(y + 2, x + 2)] =
                    static_cast<float>(digit[y / 3 * 8 + x / 3] / 8 - 1);
        d.labels.push_back(static_cast<int>(digit[64]));
    }
    return d;
}

/// The first part of the digits to train on, and the last fifth to test with.
inline std::pair<labelled_digits, labelled_digits> training_and_test(const labelled_digits& all) {
    const std::size_t cut = all.count() * 4 / 5;
    return {all.part(0, cut), all.part(cut, all.count())};
}

}  // namespace mnist
