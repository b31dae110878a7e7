// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The patches of pictures that a kernel meets: as a list of row numbers, and block by block in
// memory of the caller, a block of columns of the unfolded pictures at a time.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/nn/matrix.hpp>

#include <algorithm>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Pictures of `channels` x `height` x `width`, channel after channel and row by row in a column,
/// and a square kernel that moves over them in steps of `stride`, with zeros around.
struct picture_patches {
    int channels, height, width, kernel, padding = 0, stride = 1;

    void check() const {
        require(channels >= 1 && height >= 1 && width >= 1 && kernel >= 1 && padding >= 0 &&
                    stride >= 1 && out_height() >= 1 && out_width() >= 1,
                "a kernel of ", kernel, " with padding ", padding, " and stride ", stride, " on ",
                channels, " x ", height, " x ", width);
    }
    [[nodiscard]] int out_height() const { return (height + 2 * padding - kernel) / stride + 1; }
    [[nodiscard]] int out_width() const { return (width + 2 * padding - kernel) / stride + 1; }
    [[nodiscard]] int positions() const { return out_height() * out_width(); }
    [[nodiscard]] int patch() const { return channels * kernel * kernel; }
    /// The numbers of a picture.
    [[nodiscard]] extent numbers() const { return static_cast<extent>(channels) * height * width; }

    /// The row of the picture at entry (channel, i, j) of every patch, patch after patch; -1
    /// outside.
    [[nodiscard]] std::vector<int> rows() const {
        std::vector<int> rows;
        for (int a = 0; a < out_height(); ++a)
            for (int b = 0; b < out_width(); ++b)
                for (int c = 0; c < channels; ++c)
                    for (int i = 0; i < kernel; ++i)
                        for (int j = 0; j < kernel; ++j) {
                            const int y = a * stride + i - padding, x = b * stride + j - padding;
                            const bool in = y >= 0 && y < height && x >= 0 && x < width;
                            rows.push_back(in ? (c * height + y) * width + x : -1);
                        }
        return rows;
    }
};

namespace detail {

/// Calls part(sample, p, q, done) for the positions p .. q - 1 of a sample, sample by sample, of
/// the columns first .. first + cols - 1 of unfolded pictures.
template <class Part>
void for_positions(extent positions, extent first, extent cols, Part part) {
    for (extent done = 0; done < cols;) {
        const extent at = first + done, p = at % positions;
        const extent q = std::min(positions, p + cols - done);
        part(at / positions, static_cast<int>(p), static_cast<int>(q), done);
        done += q - p;
    }
}

/// Entry (i, j) of the patches of one channel at the positions p .. q - 1, where the result has the
/// picture's size: a run of the channel, shifted, but for the zeros around it.
template <class T>
void take_shifted(const picture_patches& of, const T* channel, int i, int j, int p, int q, T* to) {
    const int h = of.height, w = of.width, dy = i - of.padding, dx = j - of.padding;
    const int shift = dy * w + dx;
    const int low = std::clamp(std::max({p, -shift, -dy * w}), p, q);
    const int high = std::clamp(std::min({q, h * w - shift, (h - dy) * w}), low, q);
    std::fill(to, to + (low - p), T(0));
    std::copy(channel + (low + shift), channel + (high + shift), to + (low - p));
    std::fill(to + (high - p), to + (q - p), T(0));
    const int left = std::max(0, -dx), right = std::max(0, dx);  // columns that see zeros
    if (left + right == 0) return;
    for (int row = p / w * w; row < q; row += w) {
        for (int b = std::max(p, row); b < std::min(q, row + std::min(w, left)); ++b)
            to[b - p] = T(0);
        for (int b = std::max(p, row + std::max(0, w - right)); b < std::min(q, row + w); ++b)
            to[b - p] = T(0);
    }
}

/// The same for kernels of every kind.
template <class T>
void take_strided(const picture_patches& of, const T* channel, int i, int j, int p, int q, T* to) {
    const int w = of.out_width();
    int a = p / w, b = p % w;
    for (int k = p; k < q; ++k) {
        const int y = a * of.stride + i - of.padding, x = b * of.stride + j - of.padding;
        const bool in = y >= 0 && y < of.height && x >= 0 && x < of.width;
        *to++ = in ? channel[y * of.width + x] : T(0);
        if (++b == w) {
            b = 0;
            ++a;
        }
    }
}

/// Columns first .. first + cols - 1 of the unfolded pictures x, transposed: cols x patch().
template <class T>
void unfold_columns(const picture_patches& of, const T* x, extent first, extent cols, T* out) {
    const bool shifted =
        of.stride == 1 && of.out_height() == of.height && of.out_width() == of.width;
    for_positions(of.positions(), first, cols, [&](extent sample, int p, int q, extent done) {
        T* to = out + done;
        const T* channel = x + sample * of.numbers();
        for (int c = 0; c < of.channels; ++c, channel += of.height * of.width)
            for (int i = 0; i < of.kernel; ++i)
                for (int j = 0; j < of.kernel; ++j, to += cols)
                    shifted ? take_shifted(of, channel, i, j, p, q, to)
                            : take_strided(of, channel, i, j, p, q, to);
    });
}

/// Adds a patch that lies inside of the picture.
template <int Kernel, class T>
void add_whole(const picture_patches& of, const T* patch, T* picture) {
    for (int c = 0; c < of.channels; ++c, patch += Kernel * Kernel)
        for (int i = 0; i < Kernel; ++i)
            for (int j = 0; j < Kernel; ++j)
                picture[(c * of.height + i) * of.width + j] += patch[i * Kernel + j];
}

/// Adds those columns of the unfolded pictures (patch() x cols) to the pictures x.
template <class T>
void fold_columns(const picture_patches& of, const T* columns, extent first, extent cols, T* x) {
    for_positions(of.positions(), first, cols, [&](extent sample, int p, int q, extent done) {
        T* const picture = x + sample * of.numbers();
        const T* patch = columns + done * of.patch();
        for (int k = p; k < q; ++k, patch += of.patch()) {
            const int y = k / of.out_width() * of.stride - of.padding,
                      z = k % of.out_width() * of.stride - of.padding;
            const int i0 = std::max(0, -y), i1 = std::min(of.kernel, of.height - y);
            const int j0 = std::max(0, -z), j1 = std::min(of.kernel, of.width - z);
            const bool whole = i0 == 0 && i1 == of.kernel && j0 == 0 && j1 == of.kernel;
            if (whole && of.kernel == 3) {
                add_whole<3>(of, patch, picture + y * of.width + z);
                continue;
            }
            for (int c = 0; c < of.channels; ++c)
                for (int i = i0; i < i1; ++i)
                    for (int j = j0; j < j1; ++j)
                        picture[(c * of.height + y + i) * of.width + z + j] +=
                            patch[(c * of.kernel + i) * of.kernel + j];
        }
    });
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
