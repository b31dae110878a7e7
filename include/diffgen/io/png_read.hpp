// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pictures from PNG files (ISO/IEC 15948) of every kind: grey, RGB, with alpha, by a palette, of 1
// to 16 bits, interlaced.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/cursor.hpp>
#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>
#include <diffgen/io/image.hpp>
#include <diffgen/io/inflate.hpp>
#include <diffgen/io/ndarray.hpp>
#include <diffgen/io/png_chunks.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

namespace detail {

/// The pixels of one pass over a picture: those from (x, y) on, every dx-th and dy-th.
struct png_pass {
    std::size_t x, y, dx, dy;
};

/// The passes of a picture; seven of Adam7 (8.2) where it is interlaced.
inline std::vector<png_pass> png_passes(bool interlaced) {
    if (!interlaced) return {{0, 0, 1, 1}};
    return {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
            {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
}

/// Of the three neighbours the one that is nearest to left + above - corner (9.4).
inline int paeth(int left, int above, int corner) {
    const int guess = left + above - corner;
    const int a = std::abs(guess - left), b = std::abs(guess - above), c = std::abs(guess - corner);
    return a <= b && a <= c ? left : b <= c ? above : corner;
}

/// Takes the filter from a row in place (9.2). `above` is the row before, empty for the first;
/// `pixel` is how many bytes back the pixel to the left lies. False for an unknown filter.
inline bool unfilter(unsigned filter, std::span<std::uint8_t> row,
                     std::span<const std::uint8_t> above, std::size_t pixel) {
    if (filter > 4) return false;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const int left = i >= pixel ? row[i - pixel] : 0;
        const int up = above.empty() ? 0 : above[i];
        const int corner = i >= pixel && !above.empty() ? above[i - pixel] : 0;
        const int guess = filter == 1   ? left
                          : filter == 2 ? up
                          : filter == 3 ? (left + up) / 2
                          : filter == 4 ? paeth(left, up, corner)
                                        : 0;
        row[i] = static_cast<std::uint8_t>(row[i] + guess);
    }
    return true;
}

/// Sample `i` of a row, of `depth` bits.
inline unsigned png_sample(std::span<const std::uint8_t> row, std::size_t i, unsigned depth) {
    if (depth == 16) return load<std::uint16_t, std::endian::big>(row.data() + 2 * i);
    const std::size_t first_bit = i * depth;
    return row[first_bit / 8] >> (8 - depth - first_bit % 8) & ((1u << depth) - 1);
}

template <class Sample>
class png_reader {
  public:
    png_reader(std::span<const std::uint8_t> data, const std::string& name)
        : name_(name), file_(read_png_chunks(data, name)) {}

    basic_image<Sample> picture() {
        const std::size_t bits = file_.row_channels() * file_.depth;
        const std::size_t channels = file_.has_palette() ? 3 : file_.row_channels();
        basic_image<Sample> out{
            file_.width, file_.height, channels + (file_.has_transparency ? 1 : 0), {}};
        const auto size =
            byte_count(std::array{out.height, out.width, std::size_t{8}, out.channels}, 2);
        if (!size || file_.depth > 8 * sizeof(Sample))
            fail(name_, 0, "a picture of ", out.width, " x ", out.height, " pixels and ",
                 file_.depth, " bits a sample",
                 size ? " needs read_png<std::uint16_t>" : " is too large");

        bytes rows = zlib_decompress(file_.rows, name_ + ": the rows of pixels", rows_size(bits));
        if (rows.size() != rows_size(bits))
            fail(name_, 0, "the rows of a picture of ", out.width, " x ", out.height,
                 " pixels take ", rows_size(bits), " bytes, the file has ", rows.size());
        out.pixels.resize(out.width * out.height * out.channels);
        std::span<std::uint8_t> left = rows;
        for (const png_pass& pass : png_passes(file_.interlaced)) {
            const std::size_t width = extent(file_.width, pass.x, pass.dx);
            const std::size_t stride = (width * bits + 7) / 8;
            std::span<const std::uint8_t> above;
            for (std::size_t y = pass.y; width > 0 && y < file_.height; y += pass.dy) {
                const auto row = left.subspan(1, stride);
                if (!unfilter(left[0], row, above, std::max<std::size_t>(1, bits / 8)))
                    fail(name_, 0, "the filter ", int{left[0]}, " of row ", y, " is not known");
                for (std::size_t i = 0; i < width; ++i)
                    put_pixel(row, i, out.at(y, pass.x + i * pass.dx));
                above = row;
                left = left.subspan(1 + stride);
            }
        }
        return out;
    }

  private:
    /// How many of `all` places a pass visits.
    static std::size_t extent(std::size_t all, std::size_t first, std::size_t step) {
        return all > first ? (all - first - 1) / step + 1 : 0;
    }

    std::size_t rows_size(std::size_t bits) const {
        std::size_t size = 0;
        for (const png_pass& pass : png_passes(file_.interlaced)) {
            const std::size_t width = extent(file_.width, pass.x, pass.dx);
            if (width > 0)
                size += extent(file_.height, pass.y, pass.dy) * (1 + (width * bits + 7) / 8);
        }
        return size;
    }

    /// A sample of `depth` bits in the range of Sample.
    static Sample scaled(unsigned sample, unsigned depth) {
        constexpr unsigned most = std::numeric_limits<Sample>::max();
        return static_cast<Sample>(sample * (most / ((1u << depth) - 1)));
    }

    void put_pixel(std::span<const std::uint8_t> row, std::size_t i, Sample* to) const {
        if (file_.has_palette()) {
            const std::size_t entry = png_sample(row, i, file_.depth);
            if (3 * entry >= file_.palette.size())
                fail(name_, 0, "a pixel has the entry ", entry, " of a palette of ",
                     file_.palette.size() / 3);
            for (std::size_t c = 0; c < 3; ++c)
                to[c] = scaled(file_.palette[3 * entry + c], 8);
            if (file_.has_transparency)
                to[3] =
                    scaled(entry < file_.transparency.size() ? file_.transparency[entry] : 255u, 8);
            return;
        }
        bool transparent = file_.has_transparency;
        const std::size_t channels = file_.row_channels();
        for (std::size_t c = 0; c < channels; ++c) {
            const unsigned sample = png_sample(row, i * channels + c, file_.depth);
            to[c] = scaled(sample, file_.depth);
            transparent = transparent && sample == png_sample(file_.transparency, c, 16);
        }
        if (file_.has_transparency)
            to[channels] = transparent ? Sample{0} : std::numeric_limits<Sample>::max();
    }

    const std::string& name_;
    png_chunks file_;
};

}  // namespace detail

/// The picture in a PNG file held in memory. Samples fill the range of Sample: those of fewer bits
/// are scaled, those of more refused. A palette is replaced by its colours, a transparent colour by
/// alpha; gamma and colour profiles are not applied. Throws bad_file.
template <class Sample = std::uint8_t>
basic_image<Sample> decode_png(std::span<const std::uint8_t> data, const std::string& name) {
    static_assert(std::is_same_v<Sample, std::uint8_t> || std::is_same_v<Sample, std::uint16_t>,
                  "diffgen: the samples of a picture are uint8_t or uint16_t");
    return detail::png_reader<Sample>(data, name).picture();
}

template <class Sample = std::uint8_t>
basic_image<Sample> read_png(const std::filesystem::path& path) {
    return decode_png<Sample>(read_file(path), path.string());
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>
