// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A transformer over the points of a cloud that sees a noise level and a class, and does not care
// in which order they come (attention without positions: Lee et al. 2019, Set Transformer; with the
// blocks of Peebles and Xie 2023).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/reshape.hpp>
#include <diffgen/nn/tape_network.hpp>
#include <diffgen/nn/transformer.hpp>

#include <cstdint>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::nn {

struct set_transformer_options {
    extent points = 32;         ///< of a sample
    extent axes = 2;            ///< numbers of a point, in and out
    extent hidden = 64;         ///< numbers of a token
    int blocks = 4;             ///< how many of them
    int heads = 4;              ///< of the attention; they divide hidden
    int expansion = 2;          ///< the hidden layer between is so many times wider
    extent context = 64;        ///< features of the context (time and class) that every block sees
    extent time_features = 64;  ///< sines and cosines of the time value
    int classes = 0;            ///< known classes; index `classes` is the null class
    frequency_range times = for_log_snr;  ///< what the time value is
    std::uint64_t seed = 0;               ///< of the initial weights

    /// Throws bad_argument.
    void check() const {
        require(points >= 1 && axes >= 1, "set_transformer of ", points, " points with ", axes,
                " axes");
        sizes().check("set_transformer");
    }
    transformer_sizes sizes() const { return {hidden, blocks, heads, expansion, context}; }
};

/// A transformer_stack of h = W_in points + b_in, whose outputs are the points. A sample is point
/// after point, as noise::centred has it. Points in another order give the outputs in that order,
/// up to rounding.
template <class T>
class set_transformer : public tape_network<set_transformer<T>, T> {
    using base = tape_network<set_transformer<T>, T>;

  public:
    using base::features;
    using base::weights;

    explicit set_transformer(const set_transformer_options& o)
        : set_transformer(checked(o), noise::philox{o.seed}) {}

    const set_transformer_options& options() const { return options_; }
    /// The network on a tape. x: features x samples; one time value and one class a sample; no
    /// classes at all: the null class. Throws bad_shape and bad_argument.
    variable<T> forward(const leaves<T>& w, const variable<T>& x, std::span<const double> times,
                        std::span<const int> classes = {}) const {
        const extent samples = x.cols(), tokens = options_.points * samples;
        const auto c = base::context(w, x, times, classes);
        const auto h = input_(w, reshape(x, options_.axes, tokens));
        return reshape(stack_(w, h, c, samples), features(), samples);
    }

  private:
    set_transformer(const set_transformer_options& o, const noise::philox& random)
        : base(o.points * o.axes, {o.context, o.time_features, o.classes, o.times}, random,
               batch_cut::of(o.points, o.points)),
          options_(o) {
        input_ = linear::make(weights(), "input", o.axes, o.hidden, random);
        stack_ = transformer_stack::make(weights(), o.sizes(), o.axes, random);
    }
    static const set_transformer_options& checked(const set_transformer_options& o) {
        o.check();
        return o;
    }

    set_transformer_options options_;
    linear input_{};
    transformer_stack stack_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
