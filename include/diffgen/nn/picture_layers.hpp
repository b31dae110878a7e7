// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Layers of pictures that lie in columns, channel after channel and row by row: convolutions with a
// bias, group norm with a scale and a shift, and what networks make of them (Ho et al. 2020,
// appendix B).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/attention.hpp>
#include <diffgen/nn/convolution.hpp>
#include <diffgen/nn/group_norm.hpp>
#include <diffgen/nn/layers.hpp>
#include <diffgen/nn/parameters.hpp>
#include <diffgen/nn/rows.hpp>

#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

struct picture_shape {
    int channels, height, width;

    [[nodiscard]] int positions() const { return height * width; }
    [[nodiscard]] picture_shape with(int other_channels) const {
        return {other_channels, height, width};
    }
};

/// A convolution and a bias for each channel.
struct convolution_layer {
    convolution of;
    std::size_t weight, bias;

    /// A kernel of odd width, with zeros around so that a stride of 1 keeps the size. Weights are
    /// normal with variance gain^2 / inputs, biases zero.
    template <class T>
    static convolution_layer make(parameters<T>& list, const std::string& name,
                                  const picture_shape& in, int outputs, int kernel,
                                  const noise::philox& random, double gain = 1, int stride = 1) {
        const picture_patches p{in.channels, in.height, in.width, kernel, kernel / 2, stride};
        convolution_layer made{convolution(p, outputs),
                               list.add(name + ".weight", outputs, p.patch()),
                               list.add(name + ".bias", outputs, 1)};
        fill_normal(list, made.weight, gain / std::sqrt(static_cast<double>(p.patch())), random);
        return made;
    }

    template <class W, class X>
    X operator()(const W& w, const X& x) const {
        return of(w[weight], x) + of.spread_bias(w[bias]);
    }
};

/// Group norm whose scale begins as 1 and shift as 0.
struct group_norm_layer {
    std::size_t scale, shift;
    extent groups;

    template <class T>
    static group_norm_layer make(parameters<T>& list, const std::string& name, extent channels,
                                 extent groups) {
        const group_norm_layer made{list.add(name + ".scale", channels, 1),
                                    list.add(name + ".shift", channels, 1), groups};
        list[made.scale].setOnes();
        return made;
    }

    template <class W, class X>
    X operator()(const W& w, const X& x) const {
        return group_norm(x, groups, w[scale], w[shift]);
    }
};

/// s(x) + K_2 silu(norm(K_1 silu(norm(x)) + W_c c)): a residual block of pictures that a context c
/// steers; s is the identity, or a convolution of width 1 where the number of channels changes.
struct picture_block {
    group_norm_layer first_norm, second_norm;
    convolution_layer first, second;
    std::size_t context;
    std::optional<convolution_layer> skip;
    std::vector<int> channel;  ///< of every row of the output

    /// K_2 is zero.
    template <class T>
    static picture_block make(parameters<T>& list, const std::string& name, const picture_shape& in,
                              int outputs, extent groups, extent context_features,
                              const noise::philox& random) {
        const auto out = in.with(outputs);
        picture_block made{
            group_norm_layer::make(list, name + ".first.norm", in.channels, groups),
            group_norm_layer::make(list, name + ".second.norm", outputs, groups),
            convolution_layer::make(list, name + ".first", in, outputs, 3, random),
            convolution_layer::make(list, name + ".second", out, outputs, 3, random, 0.0),
            list.add(name + ".context", outputs, context_features),
            {},
            {}};
        fill_normal(list, made.context, 1 / std::sqrt(static_cast<double>(context_features)),
                    random);
        if (in.channels != outputs)
            made.skip = convolution_layer::make(list, name + ".skip", in, outputs, 1, random);
        for (int i = 0; i < outputs * in.positions(); ++i)
            made.channel.push_back(i / in.positions());
        return made;
    }

    /// x: a column a sample; c: a column for each of them (and maybe more).
    template <class T>
    variable<T> operator()(const leaves<T>& w, const variable<T>& x, const variable<T>& c) const {
        std::vector<int> samples(static_cast<std::size_t>(x.cols()));
        std::iota(samples.begin(), samples.end(), 0);
        const auto steering =
            gather_rows(gather(matmul(w[context], c), std::span<const int>(samples)), channel);
        const auto h = first(w, silu(first_norm(w, x))) + steering;
        return (skip ? (*skip)(w, x) : x) + second(w, silu(second_norm(w, h)));
    }
};

/// x + W_o attention(q, k, v) + b_o, (q, k, v) = W norm(x) + b at every position: the positions of
/// a picture are the tokens.
struct picture_attention {
    group_norm_layer norm;
    linear inputs, outputs;
    extent heads;
    picture_patches pixels;
    std::vector<int> rows;

    /// W_o is zero, so that the layer begins as the identity.
    template <class T>
    static picture_attention make(parameters<T>& list, const std::string& name,
                                  const picture_shape& in, extent groups, extent heads,
                                  const noise::philox& random) {
        const picture_patches pixels{in.channels, in.height, in.width, 1};
        return {group_norm_layer::make(list, name + ".norm", in.channels, groups),
                linear::make(list, name + ".inputs", in.channels, 3 * in.channels, random),
                linear::make(list, name + ".outputs", in.channels, in.channels, random, 0.0),
                heads,
                pixels,
                pixels.rows()};
    }

    template <class W, class X>
    X operator()(const W& w, const X& x) const {
        const X all = inputs(w, unfold(X(norm(w, x)), pixels, rows));
        const extent n = pixels.channels;
        const X seen = attention(slice_rows(all, 0, n), slice_rows(all, n, n),
                                 slice_rows(all, 2 * n, n), {.samples = x.cols(), .heads = heads});
        return x + fold(X(outputs(w, seen)), pixels, rows);
    }
};

/// Pictures of half the height and width, by a convolution of stride 2.
template <class T>
convolution_layer halving(parameters<T>& list, const std::string& name, const picture_shape& in,
                          const noise::philox& random) {
    return convolution_layer::make(list, name, in, in.channels, 3, random, 1.0, 2);
}

/// Pictures of twice the height and width: every number four times, then a convolution.
struct doubling {
    std::vector<int> rows;
    convolution_layer smooth;

    template <class T>
    static doubling make(parameters<T>& list, const std::string& name, const picture_shape& in,
                         const noise::philox& random) {
        const picture_shape out{in.channels, 2 * in.height, 2 * in.width};
        std::vector<int> rows;
        for (int c = 0; c < out.channels; ++c)
            for (int i = 0; i < out.height; ++i)
                for (int j = 0; j < out.width; ++j)
                    rows.push_back((c * in.height + i / 2) * in.width + j / 2);
        return {std::move(rows), convolution_layer::make(list, name, out, out.channels, 3, random)};
    }

    template <class W, class X>
    X operator()(const W& w, const X& x) const {
        return smooth(w, gather_rows(x, rows));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
