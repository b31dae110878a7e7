// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A transformer over the patches of a picture that sees a noise level and a class: a denoising
// network for small pictures (Peebles and Xie 2023; patches as tokens: Dosovitskiy et al. 2021).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/context_embedding.hpp>
#include <diffgen/nn/convolution.hpp>
#include <diffgen/nn/tape_evaluation.hpp>
#include <diffgen/nn/transformer.hpp>

#include <cstdint>
#include <span>
#include <string>
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
        require(hidden >= 1 && blocks >= 0 && heads >= 1 && hidden % heads == 0 && expansion >= 1,
                "patch_transformer with hidden ", hidden, ", blocks ", blocks, ", heads ", heads,
                ", expansion ", expansion);
    }
};

/// h = W_in patches + b_in + position; the blocks; then every token's n(h; a, b) with
/// (a, b) = W_m c + b_m goes through W_out to the patch that it stands for. A sample is channel
/// after channel, row by row.
template <class T>
class patch_transformer {
  public:
    using scalar = T;

    explicit patch_transformer(const patch_transformer_options& options)
        : options_(checked(options)),
          random_{options.seed},
          patches_{options.channels, options.height, options.width, options.patch, 0,
                   options.patch},
          rows_(patches_.rows()),
          context_(weights_,
                   {options.context, options.time_features, options.classes, options.times},
                   random_),
          evaluation_(batch_cut::of(patches_.positions(), patches_.positions())) {
        const extent hidden = options.hidden, patch = patches_.patch();
        input_ = linear::make(weights_, "input", patch, hidden, random_);
        position_ = weights_.add("position", hidden, patches_.positions());
        fill_normal(weights_, position_, 0.5, random_);
        for (int i = 0; i < options.blocks; ++i)
            blocks_.push_back(transformer_block::make(
                weights_, diffgen::detail::text("block.", i), hidden, options.heads,
                options.expansion * hidden, options.context, random_));
        modulate_ = linear::make(weights_, "modulate", options.context, 2 * hidden, random_, 0.0);
        output_ = linear::make(weights_, "output", hidden, patch, random_, 0.0);
    }

    const patch_transformer_options& options() const { return options_; }
    extent features() const {
        return static_cast<extent>(options_.channels) * options_.height * options_.width;
    }
    extent tokens() const { return patches_.positions(); }
    /// The class index that stands for "no class".
    int null_class() const { return context_.null_class(); }

    parameters<T>& weights() { return weights_; }
    const parameters<T>& weights() const { return weights_; }

    /// The network on a tape. x: features x samples; one time value and one class a sample; no
    /// classes at all: the null class. Throws bad_shape and bad_argument.
    variable<T> forward(const leaves<T>& w, const variable<T>& x, std::span<const double> times,
                        std::span<const int> classes = {}) const {
        if (x.rows() != features())
            throw bad_shape(diffgen::detail::text("diffgen: patch_transformer of ", features(),
                                                  " numbers: an input of ",
                                                  detail::shape_text(x.rows(), x.cols())));
        const extent samples = x.cols();
        std::vector<int> token, sample;
        for (extent j = 0; j < samples * tokens(); ++j) {
            token.push_back(static_cast<int>(j % tokens()));
            sample.push_back(static_cast<int>(j / tokens()));
        }
        const auto c = context_(w, x, times, classes);
        auto h = input_(w, unfold(x, patches_, rows_)) +
                 gather(w[position_], std::span<const int>(token));
        for (const auto& block : blocks_)
            h = block(w, h, c, sample, samples);
        const modulation<T> m{modulate_(w, c), sample};
        return fold(output_(w, m.normalised(h, 0, 1)), patches_, rows_);
    }

    /// The network without a tape of yours, at one time value for all samples. in, out: samples
    /// columns of features() values; classes: one a sample, or nullptr for the null class; threads
    /// 0: see thread_count. One call at a time for each network. The numbers of a sample depend
    /// neither on the threads nor on the samples beside it. Throws bad_argument for a class that
    /// does not exist.
    void evaluate(const T* in, T* out, std::int64_t samples, double time,
                  const int* classes = nullptr, int threads = 0) {
        evaluate(in, out, samples, std::span(&time, 1), classes, threads);
    }
    /// The same with a time value for each sample (or one for all). Throws bad_shape too.
    void evaluate(const T* in, T* out, std::int64_t samples, std::span<const double> times,
                  const int* classes = nullptr, int threads = 0) {
        evaluation_(*this, in, out, samples, times, classes, threads);
    }

  private:
    static const patch_transformer_options& checked(const patch_transformer_options& o) {
        o.check();
        return o;
    }

    patch_transformer_options options_;
    noise::philox random_;
    picture_patches patches_;
    std::vector<int> rows_;
    parameters<T> weights_;
    context_embedding context_;
    tape_evaluation<T> evaluation_;
    linear input_{}, modulate_{}, output_{};
    std::size_t position_ = 0;
    std::vector<transformer_block> blocks_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
