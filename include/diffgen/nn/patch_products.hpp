// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The three products of a convolution on a tape: of kernel and pictures, of kernel and results
// (its transpose), and of results and pictures, which is the gradient in the kernel. Each is linear
// in both operands, and the gradients of one are the two others. The pictures are unfolded 256
// columns at a time, as deep as a block of a product is, so that the patches stay in cache.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/picture_patches.hpp>
#include <diffgen/nn/tape.hpp>

#include <algorithm>
#include <array>

namespace diffgen::inline DIFFGEN_ABI::nn::detail {

template <class T>
variable<T> patch_product(const variable<T>& weight, const variable<T>& x,
                          const picture_patches& of);
template <class T>
variable<T> transposed_patch_product(const variable<T>& weight, const variable<T>& y,
                                     const picture_patches& of);
template <class T>
variable<T> patch_weights(const variable<T>& y, const variable<T>& x, const picture_patches& of);

/// What a node keeps of its patches.
template <class T>
attributes<T> kept_patches(tape<T>& record, const picture_patches& p) {
    const std::array<int, 6> all{p.channels, p.height, p.width, p.kernel, p.padding, p.stride};
    return {.columns = record.keep(all)};
}
template <class T>
picture_patches patches_of(const variable<T>& node) {
    const auto all = node.kept().columns;
    return {all[0], all[1], all[2], all[3], all[4], all[5]};
}

/// Columns first .. first + cols - 1 of pictures of `outputs` channels, a column a position, from
/// and to where they lie channel after channel.
template <class T>
void take_columns(const T* y, extent outputs, extent positions, extent first, extent cols, T* out) {
    for_positions(positions, first, cols, [&](extent sample, int p, int q, extent done) {
        const T* const from = y + sample * outputs * positions;
        for (extent o = 0; o < outputs; ++o)
            for (extent k = p; k < q; ++k)
                out[(done + k - p) * outputs + o] = from[o * positions + k];
    });
}
template <class T>
void put_columns(const T* columns, extent outputs, extent positions, extent first, extent cols,
                 T* y) {
    for_positions(positions, first, cols, [&](extent sample, int p, int q, extent done) {
        T* const to = y + sample * outputs * positions;
        for (extent o = 0; o < outputs; ++o)
            for (extent k = p; k < q; ++k)
                to[o * positions + k] = columns[(done + k - p) * outputs + o];
    });
}

/// Calls work(first, cols) for the columns of `samples` unfolded pictures, a block at a time.
template <class Work>
void for_column_blocks(const picture_patches& of, extent samples, Work work) {
    const extent all = of.positions() * samples;
    for (extent first = 0; first < all; first += kc)
        work(first, std::min(kc, all - first));
}

/// Pictures of as many channels as the weight has rows: weight (patches of x), at every position.
template <class T>
variable<T> patch_product(const variable<T>& weight, const variable<T>& x,
                          const picture_patches& of) {
    auto& record = weight.owner();
    const extent outputs = weight.rows(), positions = of.positions(), patch = of.patch();
    const auto y = record.emit(
        outputs * positions, x.cols(), {weight, x},
        [](const variable<T>& self, int k, const variable<T>& g) {
            return k == 0 ? patch_weights(g, self.parent(1), patches_of(self))
                          : transposed_patch_product(self.parent(0), g, patches_of(self));
        },
        kept_patches(record, of));
    auto& products = record.products();
    T* const patches = products.room(0, patch * kc);
    T* const result = products.room(1, outputs * kc);
    for_column_blocks(of, x.cols(), [&](extent first, extent cols) {
        unfold_columns(of, x.value().data(), first, cols, patches);
        std::fill(result, result + outputs * cols, T(0));
        products.accumulate(weight.value(), form::plain, view<T>(patches, cols, patch),
                            form::transposed, span_matrix<T>(result, outputs, cols));
        put_columns(result, outputs, positions, first, cols, y.result().data());
    });
    return y;
}

/// Its adjoint in x: weight' y, and the patches added where they were taken.
template <class T>
variable<T> transposed_patch_product(const variable<T>& weight, const variable<T>& y,
                                     const picture_patches& of) {
    auto& record = weight.owner();
    const extent outputs = weight.rows(), positions = of.positions(), patch = of.patch();
    const auto x = record.emit(
        of.numbers(), y.cols(), {weight, y},
        [](const variable<T>& self, int k, const variable<T>& g) {
            return k == 0 ? patch_weights(self.parent(1), g, patches_of(self))
                          : patch_product(self.parent(0), g, patches_of(self));
        },
        kept_patches(record, of));
    auto& products = record.products();
    T* const patches = products.room(0, patch * kc);
    T* const columns = products.room(1, outputs * kc);
    x.result().setZero();
    for_column_blocks(of, y.cols(), [&](extent first, extent cols) {
        take_columns(y.value().data(), outputs, positions, first, cols, columns);
        std::fill(patches, patches + patch * cols, T(0));
        products.accumulate(weight.value(), form::transposed, view<T>(columns, outputs, cols),
                            form::plain, span_matrix<T>(patches, patch, cols));
        fold_columns(of, patches, first, cols, x.result().data());
    });
    return x;
}

/// Its adjoint in the weight: y (patches of x)', summed over positions and samples.
template <class T>
variable<T> patch_weights(const variable<T>& y, const variable<T>& x, const picture_patches& of) {
    auto& record = y.owner();
    const extent positions = of.positions(), outputs = y.rows() / positions, patch = of.patch();
    const auto weight = record.emit(
        outputs, patch, {y, x},
        [](const variable<T>& self, int k, const variable<T>& g) {
            return k == 0 ? patch_product(g, self.parent(1), patches_of(self))
                          : transposed_patch_product(g, self.parent(0), patches_of(self));
        },
        kept_patches(record, of));
    auto& products = record.products();
    T* const patches = products.room(0, patch * kc);
    T* const columns = products.room(1, outputs * kc);
    weight.result().setZero();
    for_column_blocks(of, x.cols(), [&](extent first, extent cols) {
        unfold_columns(of, x.value().data(), first, cols, patches);
        take_columns(y.value().data(), outputs, positions, first, cols, columns);
        products.accumulate(view<T>(columns, outputs, cols), form::plain,
                            view<T>(patches, cols, patch), form::plain, weight.result());
    });
    return weight;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn::detail

#include <diffgen/core/with_macros.hpp>
