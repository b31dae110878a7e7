// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A transformer over the patches of a picture that sees a noise level and a class: a denoising
// network for small pictures (Peebles and Xie 2023; patches as tokens: Dosovitskiy et al. 2021).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/convolution.hpp>
#include <diffgen/nn/tape_network.hpp>
#include <diffgen/nn/transformer.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

struct patch_transformer_options {
    int channels = 1, height = 8, width = 8;  ///< of a picture, in and out
    int patch = 2;                            ///< height and width of the square that is a token
    extent hidden = 64;                       ///< numbers of a token
    int blocks = 4;                           ///< how many of them
    int heads = 4;                            ///< of the attention; they divide hidden
    int expansion = 4;                        ///< the hidden layer between is so many times wider
    extent context = 64;        ///< features of the context (time and class) that every block sees
    extent time_features = 64;  ///< sines and cosines of the time value
    int classes = 0;            ///< known classes; index `classes` is the null class
    frequency_range times = for_log_snr;  ///< what the time value is
    std::uint64_t seed = 0;               ///< of the initial weights

    /// Throws bad_argument.
    void check() const {
        require(channels >= 1 && height >= 1 && width >= 1 && patch >= 1 && height % patch == 0 &&
                    width % patch == 0,
                "patch_transformer: patches of ", patch, " x ", patch, " on pictures of ", channels,
                " x ", height, " x ", width);
        sizes().check("patch_transformer");
    }
    transformer_sizes sizes() const { return {hidden, blocks, heads, expansion, context}; }
};

/// A transformer_stack of h = W_in patches + b_in + position, whose outputs are the patches. A
/// sample is channel after channel, row by row.
template <class T>
class patch_transformer : public tape_network<patch_transformer<T>, T> {
    using base = tape_network<patch_transformer<T>, T>;

  public:
    using base::features;
    using base::weights;

    explicit patch_transformer(const patch_transformer_options& o)
        : patch_transformer(checked(o), patches_of(o), noise::philox{o.seed}) {}

    const patch_transformer_options& options() const { return options_; }
    extent tokens() const { return patches_.positions(); }
    /// The network on a tape. x: features x samples; one time value and one class a sample; no
    /// classes at all: the null class. Throws bad_shape and bad_argument.
    variable<T> forward(const leaves<T>& w, const variable<T>& x, std::span<const double> times,
                        std::span<const int> classes = {}) const {
        const extent samples = x.cols();
        std::vector<int> token;
        for (extent j = 0; j < samples * tokens(); ++j)
            token.push_back(static_cast<int>(j % tokens()));
        const auto c = base::context(w, x, times, classes);
        const auto h = input_(w, unfold(x, patches_, rows_)) +
                       gather(w[position_], std::span<const int>(token));
        return fold(stack_(w, h, c, samples), patches_, rows_);
    }

  private:
    patch_transformer(const patch_transformer_options& o, const picture_patches& patches,
                      const noise::philox& random)
        : base(static_cast<extent>(o.channels) * o.height * o.width,
               {o.context, o.time_features, o.classes, o.times}, random,
               batch_cut::of(patches.positions(), patches.positions())),
          options_(o),
          patches_(patches),
          rows_(patches.rows()) {
        const extent hidden = o.hidden, patch = patches.patch();
        input_ = linear::make(weights(), "input", patch, hidden, random);
        position_ = weights().add("position", hidden, patches.positions());
        fill_normal(weights(), position_, 0.5, random);
        stack_ = transformer_stack::make(weights(), o.sizes(), patch, random);
    }

    static const patch_transformer_options& checked(const patch_transformer_options& o) {
        o.check();
        return o;
    }
    static picture_patches patches_of(const patch_transformer_options& o) {
        return {o.channels, o.height, o.width, o.patch, 0, o.patch};
    }

    patch_transformer_options options_;
    picture_patches patches_;
    std::vector<int> rows_;
    linear input_{};
    std::size_t position_ = 0;
    transformer_stack stack_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
