// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Transformer blocks that a context steers by adaptive layer normalisation, which begin as the
// identity (adaLN-Zero: Peebles and Xie 2023, "Scalable diffusion models with transformers").

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/attention.hpp>
#include <diffgen/nn/layer_norm.hpp>
#include <diffgen/nn/layers.hpp>

#include <span>
#include <string>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Rows of numbers a sample, and to which sample each token belongs.
template <class T>
struct modulation {
    variable<T> rows;
    std::span<const int> sample_of_token;

    /// The k-th `width` rows, a column for each token.
    variable<T> part(extent k, extent width) const {
        return gather(slice_rows(rows, k * width, width), sample_of_token);
    }
    /// The layer norm of every token, times 1 + the part `scale`, plus the part `shift`.
    variable<T> normalised(const variable<T>& h, extent shift, extent scale) const {
        return layer_norm(h) * (part(scale, h.rows()) + T(1)) + part(shift, h.rows());
    }
};

/// With (a, b, g, a', b', g') = W_m c + b_m for every sample:
/// h = h + g (W_o attention(q, k, v) + b_o), (q, k, v) = W_a n(h; a, b) + b_a;
/// h = h + g' (W_2 silu(W_1 n(h; a', b') + b_1) + b_2), n(h; a, b) = norm(h) (1 + b) + a.
struct transformer_block {
    linear modulate, inputs, outputs, first, second;
    extent heads;

    /// W_m is zero, so that the block begins as the identity. `inner` is the size of W_1 h.
    template <class T>
    static transformer_block make(parameters<T>& list, const std::string& name, extent width,
                                  extent heads, extent inner, extent context_features,
                                  const noise::philox& random) {
        return {linear::make(list, name + ".modulate", context_features, 6 * width, random, 0.0),
                linear::make(list, name + ".attention.inputs", width, 3 * width, random),
                linear::make(list, name + ".attention.outputs", width, width, random),
                linear::make(list, name + ".first", width, inner, random),
                linear::make(list, name + ".second", inner, width, random),
                heads};
    }

    /// h: width x tokens, those of a sample side by side; c: a column for each of `samples` (and
    /// maybe more).
    template <class T>
    variable<T> operator()(const leaves<T>& w, const variable<T>& h, const variable<T>& c,
                           std::span<const int> sample_of_token, extent samples) const {
        const extent width = h.rows();
        const modulation<T> m{modulate(w, c), sample_of_token};
        const auto all = inputs(w, m.normalised(h, 0, 1));
        const auto seen =
            attention(slice_rows(all, 0, width), slice_rows(all, width, width),
                      slice_rows(all, 2 * width, width), {.samples = samples, .heads = heads});
        const auto between = h + m.part(2, width) * outputs(w, seen);
        const auto hidden = silu(first(w, m.normalised(between, 3, 4)));
        return between + m.part(5, width) * second(w, hidden);
    }
};

/// The sizes of a stack of blocks.
struct transformer_sizes {
    extent hidden;  ///< numbers of a token
    int blocks;
    int heads;      ///< of the attention; they divide hidden
    int expansion;  ///< the hidden layer of a block is so many times wider
    extent context_features;

    /// Throws bad_argument. `network`: whose sizes they are, for the text.
    void check(const char* network) const {
        require(hidden >= 1 && blocks >= 0 && heads >= 1 && hidden % heads == 0 && expansion >= 1,
                network, " with hidden ", hidden, ", blocks ", blocks, ", heads ", heads,
                ", expansion ", expansion);
    }
};

/// The blocks one after the other; then every token's n(h; a, b), with (a, b) = W_m c + b_m, goes
/// through W_out. W_out is zero at first, so that a new network predicts zero.
struct transformer_stack {
    std::vector<transformer_block> blocks{};
    linear modulate{}, output{};

    template <class T>
    static transformer_stack make(parameters<T>& list, const transformer_sizes& of, extent outputs,
                                  const noise::philox& random) {
        transformer_stack s;
        for (int i = 0; i < of.blocks; ++i)
            s.blocks.push_back(transformer_block::make(
                list, diffgen::detail::text("block.", i), of.hidden, of.heads,
                of.expansion * of.hidden, of.context_features, random));
        s.modulate =
            linear::make(list, "modulate", of.context_features, 2 * of.hidden, random, 0.0);
        s.output = linear::make(list, "output", of.hidden, outputs, random, 0.0);
        return s;
    }

    /// h: hidden x (tokens of a sample times samples), those of a sample side by side; c: a column
    /// for each of `samples` (and maybe more). A column of outputs for each token.
    template <class T>
    variable<T> operator()(const leaves<T>& w, variable<T> h, const variable<T>& c,
                           extent samples) const {
        const extent tokens = samples > 0 ? h.cols() / samples : 0;
        std::vector<int> sample;
        for (extent j = 0; j < h.cols(); ++j)
            sample.push_back(static_cast<int>(j / tokens));
        for (const auto& block : blocks)
            h = block(w, h, c, sample, samples);
        const modulation<T> m{modulate(w, c), sample};
        return output(w, m.normalised(h, 0, 1));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
