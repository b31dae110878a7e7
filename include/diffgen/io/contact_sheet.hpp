// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Many small pictures of one size laid out in rows on one large picture.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/fail.hpp>
#include <diffgen/io/image.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::io {

struct contact_sheet_options {
    /// At most this many tiles stand side by side.
    std::size_t columns = 10;
    /// Each pixel becomes a square of this side.
    std::size_t scale = 1;
    /// Pixels around and between the tiles, not scaled.
    std::size_t margin = 2;
    /// The sample of the margins.
    std::uint8_t background = 255;
};

namespace detail {

inline void paste_scaled(image& sheet, const image& tile, std::size_t top, std::size_t left,
                         std::size_t scale) {
    for (std::size_t row = 0; row < tile.height * scale; ++row) {
        for (std::size_t column = 0; column < tile.width * scale; ++column) {
            std::copy_n(tile.at(row / scale, column / scale), tile.channels,
                        sheet.at(top + row, left + column));
        }
    }
}

}  // namespace detail

/// The tiles row by row from the top left; the last row may be short. Throws bad_argument on zero
/// columns or scale, bad_shape on no tiles or tiles that differ in size or channels.
inline image contact_sheet(std::span<const image> tiles,
                           const contact_sheet_options& options = {}) {
    const std::size_t scale = options.scale;
    const std::size_t margin = options.margin;
    if (options.columns == 0 || scale == 0 || scale > 4096 || margin > 4096) {
        throw bad_argument(detail::text("diffgen: a contact sheet of ", options.columns,
                                        " columns, scale ", scale, " and margin ", margin,
                                        " needs columns, a scale of 1..4096, a margin <= 4096"));
    }
    if (tiles.empty() || tiles[0].pixels.empty()) {
        throw bad_shape("diffgen: a contact sheet needs a tile with pixels");
    }
    const std::size_t columns = std::min(options.columns, tiles.size());
    const image& model = tiles[0];
    for (const image& tile : tiles) {
        check_image(tile);
        if (tile.width != model.width || tile.height != model.height ||
            tile.channels != model.channels) {
            throw bad_shape(detail::text("diffgen: the tile ", &tile - tiles.data(), " is ",
                                         tile.width, " x ", tile.height, " x ", tile.channels,
                                         ", the first ", model.width, " x ", model.height, " x ",
                                         model.channels));
        }
    }
    const std::size_t across = model.width * scale + margin;
    const std::size_t down = model.height * scale + margin;
    const std::size_t rows = (tiles.size() + columns - 1) / columns;
    image sheet = blank_image(columns * across + margin, rows * down + margin, model.channels,
                              options.background);
    for (std::size_t i = 0; i < tiles.size(); ++i) {
        detail::paste_scaled(sheet, tiles[i], margin + i / columns * down,
                             margin + i % columns * across, scale);
    }
    return sheet;
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>
