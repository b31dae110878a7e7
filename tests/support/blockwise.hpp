// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A network for runs by block whose blocks do not feel each other: each element is predicted from
// itself and the level of its block alone, so that a block is computed as if it were alone.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/predictor/predicts.hpp>

#include "mixture_as.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace testing {

/// Element by element: the output of a functor of one element, with one level for all of the batch
/// or one for each block of each row.
template <class F>
struct blockwise {
    F functor;

    template <class T>
    void operator()(diffgen::batch_view<const T> in, diffgen::batch_view<T> out,
                    const diffgen::noise_level& l) const {
        call(in.data, in.size(), out.data, l);
    }
    template <class T>
    void operator()(diffgen::batch_view<const T> in, diffgen::batch_view<T> out,
                    std::span<const diffgen::noise_level> levels) const {
        const std::size_t each = in.size() / levels.size();
        for (std::size_t i = 0; i < levels.size(); ++i)
            call(in.data + i * each, each, out.data + i * each, levels[i]);
    }

  private:
    template <class T>
    void call(const T* in, std::size_t count, T* out, const diffgen::noise_level& l) const {
        const auto bound = functor.bind(diffgen::cast_level<T>(l));
        for (std::size_t i = 0; i < count; ++i)
            out[i] = bound(std::array<T, 1>{in[i]})[0];
    }
};

/// predicts(output, ...) of a mixture of two Gaussians on the line, for every element.
template <class Output>
auto blockwise_predictor(Output output) {
    using mixture = diffgen::gaussian_mixture<1, 2, double>;
    using functor = mixture_as<Output, 1, 2, double>;
    const mixture m{{0.4, 0.6}, {{{-1.0}, {0.8}}}, {{{0.09}, {0.25}}}};
    return diffgen::predicts(output, blockwise<functor>{functor{output, m}});
}

/// D of N(0, 1 + l.t) in every element: a functor that feels the level of its block.
struct shrink {
    template <class V, class S>
    DIFFGEN_VALUE V operator()(V x, const diffgen::level_of<S>& l) const {
        const S v = S(1) + l.t;
        const S variance = diffgen::fma(l.alpha * l.alpha, v, l.sigma * l.sigma);
        return diffgen::product(x, diffgen::broadcast<V>(l.alpha * v / variance));
    }
};

}  // namespace testing
