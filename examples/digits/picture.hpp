// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The picture of generated digits.

#include <diffgen/io/contact_sheet.hpp>
#include <diffgen/io/png.hpp>

#include "data.hpp"

#include <algorithm>
#include <filesystem>
#include <span>
#include <vector>

namespace digits {

/// One row a class, of up to `columns` digits each; rows are as long as the rarest class allows.
inline void write_picture(const std::filesystem::path& path, const labelled_digits& d,
                          std::size_t columns = 24) {
    std::vector<std::vector<std::size_t>> of_class(classes);
    for (std::size_t i = 0; i < d.count(); ++i)
        of_class[static_cast<std::size_t>(d.labels[i])].push_back(i);
    std::erase_if(of_class, [](const auto& v) { return v.empty(); });
    for (const auto& v : of_class)
        columns = std::min(columns, v.size());
    if (of_class.size() == 1) columns = std::min<std::size_t>(24, of_class[0].size());
    std::vector<diffgen::io::image> tiles;
    for (const auto& v : of_class)
        for (std::size_t i = 0; i < (of_class.size() == 1 ? v.size() : columns); ++i)
            tiles.push_back(diffgen::io::grey_image(
                std::span<const float>(d.pixel_values.data() + v[i] * pixels, pixels), 8, 8, -1.f,
                1.f));
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
    diffgen::io::write_png(
        path, diffgen::io::contact_sheet(
                  tiles, {.columns = columns, .scale = 4, .margin = 3, .background = 96}));
}

}  // namespace digits
