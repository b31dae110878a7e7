// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Convolution as a product: a picture is unfolded into the patches that a kernel meets, a column
// each, and folded back by the transpose. Both are lists of row numbers, so that gradients of every
// order are at hand.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/nn/layers.hpp>
#include <diffgen/nn/matmul.hpp>
#include <diffgen/nn/reshape.hpp>
#include <diffgen/nn/row_choice.hpp>
#include <diffgen/nn/values_shapes.hpp>

#include <cstddef>
#include <string>
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

/// The patches of every picture (a column of x), side by side: patch() x (positions() N).
template <class X>
X unfold(const X& x, const picture_patches& p, const std::vector<int>& rows) {
    return reshape(gather_rows(x, rows), p.patch(), p.positions() * x.cols());
}

/// The transpose of unfold: patches are added where they were taken.
template <class X>
X fold(const X& patches, const picture_patches& p, const std::vector<int>& rows) {
    const extent n = patches.cols() / p.positions();
    return scatter_rows(reshape(patches, p.patch() * p.positions(), n), rows,
                        static_cast<extent>(p.channels) * p.height * p.width);
}

/// The correlation of pictures with a kernel (outputs x patch), as deep learning calls a
/// convolution, and its transpose.
class convolution {
  public:
    /// Throws bad_argument for a kernel that does not fit.
    convolution(const picture_patches& patches, int outputs)
        : patches_(patches), outputs_(outputs) {
        patches.check();
        require(outputs >= 1, "a convolution with ", outputs, " outputs");
        rows_ = patches.rows();
        for (int p = 0; p < patches.positions(); ++p)
            for (int o = 0; o < outputs; ++o)
                order_.push_back(o * patches.positions() + p);
    }
    const picture_patches& patches() const { return patches_; }
    extent outputs() const { return outputs_; }

    /// Pictures of `outputs` channels. Throws bad_shape.
    template <class P, class X>
    X operator()(const P& weight, const X& x) const {
        check(x, static_cast<extent>(patches_.channels) * patches_.height * patches_.width);
        const X y = matmul(weight, unfold(x, patches_, rows_));
        return scatter_rows(reshape(y, outputs_ * patches_.positions(), x.cols()), order_,
                            outputs_ * patches_.positions());
    }
    /// From pictures of `outputs` channels back to those of the input, by the transposed matrix.
    template <class P, class X>
    X transposed(const P& weight, const X& y) const {
        check(y, outputs_ * patches_.positions());
        const X apart = reshape(gather_rows(y, order_), outputs_, patches_.positions() * y.cols());
        return fold(X(matmul(weight, apart, form::transposed)), patches_, rows_);
    }
    /// One number a channel of the output, at every position: the shape that a bias has.
    template <class P>
    P spread_bias(const P& bias) const {
        std::vector<int> channel;
        for (extent o = 0; o < outputs_; ++o)
            channel.insert(channel.end(), static_cast<std::size_t>(patches_.positions()),
                           static_cast<int>(o));
        return gather_rows(bias, channel);
    }

  private:
    template <class X>
    static void check(const X& x, extent rows) {
        if (x.rows() != rows)
            throw bad_shape(diffgen::detail::text("diffgen: a convolution of pictures of ", rows,
                                                  " numbers on columns of ", x.rows()));
    }

    picture_patches patches_;
    extent outputs_;
    std::vector<int> rows_, order_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
