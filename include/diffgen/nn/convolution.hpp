// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Convolution as a product: a picture is unfolded into the patches that a kernel meets, a column
// each, and folded back by the transpose. On values both are lists of row numbers; on a tape the
// product takes its patches as it goes (patch_products.hpp), and gradients of every order are at
// hand.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/nn/layers.hpp>
#include <diffgen/nn/matmul.hpp>
#include <diffgen/nn/patch_products.hpp>
#include <diffgen/nn/picture_patches.hpp>
#include <diffgen/nn/reshape.hpp>
#include <diffgen/nn/row_choice.hpp>
#include <diffgen/nn/values_shapes.hpp>

#include <cstddef>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// The patches of every picture (a column of x), side by side: patch() x (positions() N).
template <class X>
X unfold(const X& x, const picture_patches& p, const std::vector<int>& rows) {
    return reshape(gather_rows(x, rows), p.patch(), p.positions() * x.cols());
}

/// The transpose of unfold: patches are added where they were taken.
template <class X>
X fold(const X& patches, const picture_patches& p, const std::vector<int>& rows) {
    const extent n = patches.cols() / p.positions();
    return scatter_rows(reshape(patches, p.patch() * p.positions(), n), rows, p.numbers());
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
        for (int o = 0; o < outputs; ++o)
            channel_.insert(channel_.end(), static_cast<std::size_t>(patches.positions()), o);
    }
    const picture_patches& patches() const { return patches_; }
    extent outputs() const { return outputs_; }

    /// Pictures of `outputs` channels. Throws bad_shape.
    template <class P, class X>
    X operator()(const P& weight, const X& x) const {
        check(weight, x, patches_.numbers());
        if constexpr (on_tape<P, X>) {
            return detail::patch_product(weight, x, patches_);
        } else {
            const X y = matmul(weight, unfold(x, patches_, rows_));
            return scatter_rows(reshape(y, outputs_ * patches_.positions(), x.cols()), order_,
                                outputs_ * patches_.positions());
        }
    }
    /// From pictures of `outputs` channels back to those of the input, by the transposed matrix.
    template <class P, class X>
    X transposed(const P& weight, const X& y) const {
        check(weight, y, outputs_ * patches_.positions());
        if constexpr (on_tape<P, X>) {
            return detail::transposed_patch_product(weight, y, patches_);
        } else {
            const X apart =
                reshape(gather_rows(y, order_), outputs_, patches_.positions() * y.cols());
            return fold(X(matmul(weight, apart, form::transposed)), patches_, rows_);
        }
    }
    /// One number a channel of the output, at every position: the shape that a bias has.
    template <class P>
    P spread_bias(const P& bias) const {
        return gather_rows(bias, channel_);
    }

  private:
    template <class P, class X>
    static constexpr bool on_tape =
        std::is_same_v<P, X>&& std::is_same_v<P, variable<typename P::scalar>>;

    template <class P, class X>
    void check(const P& weight, const X& x, extent rows) const {
        if (weight.rows() != outputs_ || weight.cols() != patches_.patch())
            throw bad_shape(diffgen::detail::text("diffgen: a convolution by a kernel of ",
                                                  detail::shape_text(weight.rows(), weight.cols()),
                                                  ", not of ",
                                                  detail::shape_text(outputs_, patches_.patch())));
        if (x.rows() != rows)
            throw bad_shape(diffgen::detail::text("diffgen: a convolution of pictures of ", rows,
                                                  " numbers on columns of ", x.rows()));
    }

    picture_patches patches_;
    extent outputs_;
    std::vector<int> rows_, order_, channel_;  ///< the last: of every row of the output
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
