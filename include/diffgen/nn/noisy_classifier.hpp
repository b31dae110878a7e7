// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A classifier of noisy samples that sees their noise level: what classifier guidance needs
// (Song et al. 2021, section 5 and appendix I; Dhariwal and Nichol 2021, section 4.1).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/context_embedding.hpp>
#include <diffgen/nn/layers.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

struct noisy_classifier_options {
    extent features = 64;       ///< elements of a sample
    extent hidden = 128;        ///< width of the blocks
    int blocks = 2;             ///< how many of them
    extent context = 32;        ///< features of the context, that is the time, which blocks see
    extent time_features = 64;  ///< sines and cosines of the time value
    int classes = 10;
    frequency_range times = for_log_snr;  ///< what the time value is
    std::uint64_t seed = 0;               ///< of the initial weights
};

/// c = silu(W_t sinusoids(time) + b_t); h = W_in x + b_in; the blocks; logits = W_out silu(h) +
/// b_out. It begins by finding all classes equally probable.
template <class T>
class noisy_classifier {
  public:
    using scalar = T;

    /// Throws bad_argument for sizes that make no sense.
    explicit noisy_classifier(const noisy_classifier_options& options)
        : noisy_classifier(checked(options), noise::philox{options.seed}) {}

    const noisy_classifier_options& options() const { return options_; }
    extent features() const { return options_.features; }
    int classes() const { return options_.classes; }
    parameters<T>& weights() { return weights_; }
    const parameters<T>& weights() const { return weights_; }

    /// On a tape: classes x samples. x: features x samples, one time value a sample. Throws
    /// bad_shape where sizes do not fit.
    variable<T> logits(const leaves<T>& w, const variable<T>& x,
                       std::span<const double> times) const {
        if (x.rows() != options_.features)
            throw bad_shape(diffgen::detail::text("diffgen: noisy_classifier of ",
                                                  options_.features, " features: an input of ",
                                                  detail::shape_text(x.rows(), x.cols())));
        const auto c = context_(w, x, times, {}, x.cols());
        auto h = input_(w, x);
        for (const auto& block : blocks_)
            h = block(w, h, c);
        return output_(w, silu(h));
    }

  private:
    noisy_classifier(const noisy_classifier_options& o, const noise::philox& random)
        : options_(o),
          input_(linear::make(weights_, "input", o.features, o.hidden, random)),
          context_(weights_, {o.context, o.time_features, 0, o.times}, random) {
        for (int i = 0; i < o.blocks; ++i)
            blocks_.push_back(residual_block::make(weights_, diffgen::detail::text("block.", i),
                                                   o.hidden, o.context, random));
        output_ = linear::make(weights_, "output", o.hidden, o.classes, random, 0.0);
    }
    static const noisy_classifier_options& checked(const noisy_classifier_options& o) {
        require(
            o.features >= 1 && o.hidden >= 1 && o.blocks >= 0 && o.context >= 1 && o.classes >= 2,
            "noisy_classifier with features ", o.features, ", hidden ", o.hidden, ", blocks ",
            o.blocks, ", context ", o.context, ", classes ", o.classes);
        return o;
    }

    noisy_classifier_options options_;
    parameters<T> weights_;
    linear input_;
    context_embedding context_;
    linear output_{};
    std::vector<residual_block> blocks_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
