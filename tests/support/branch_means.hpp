// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Conditional networks in closed form: in branch b the data is Gaussian around mean b, in all of
// one variance. Such branches, merged with weights that add up to 1, are the network of Gaussian
// data around the same sum of the means, whatever the level: what guidance does is known exactly.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/guidance_branch.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/guidance/guided.hpp>

#include <array>
#include <cstddef>
#include <span>

namespace testing {

/// eps of data N(means[b], variance) in branch b; an element of a sample is as any other.
template <std::size_t Branches>
struct branch_means {
    std::array<double, Branches> means;
    double variance = 0.3;

    /// As a pointwise functor.
    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V& x, const diffgen::level_of<S>& l,
                               diffgen::guidance_branch branch) const {
        return eps(x, l, static_cast<S>(means[static_cast<std::size_t>(branch.index)]));
    }
    /// As a batched network.
    template <class T>
    void operator()(diffgen::batch_view<const T> in, diffgen::batch_view<T> out,
                    const diffgen::noise_level& l, diffgen::guidance_rows rows) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            row(in.sample(i), in.elements, out.sample(i), l, rows.branch_of(i));
    }
    template <class T>
    void operator()(diffgen::batch_view<const T> in, diffgen::batch_view<T> out,
                    std::span<const diffgen::noise_level> levels,
                    diffgen::guidance_rows rows) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            row(in.sample(i), in.elements, out.sample(i), levels[i], rows.branch_of(i));
    }

  private:
    template <class V, class S>
    DIFFGEN_VALUE V eps(const V& x, const diffgen::level_of<S>& l, S mean) const {
        // eps = sigma (x - alpha m) / (alpha^2 v + sigma^2)
        const S total = diffgen::fma(l.alpha * l.alpha, static_cast<S>(variance),
                                     diffgen::product(l.sigma, l.sigma));
        const V from_mean =
            diffgen::fma(diffgen::broadcast<V>(S(-1) * l.alpha), diffgen::broadcast<V>(mean), x);
        return diffgen::product(from_mean, diffgen::broadcast<V>(l.sigma / total));
    }
    template <class T>
    void row(const T* in, std::size_t elements, T* out, const diffgen::noise_level& l,
             int branch) const {
        for (std::size_t e = 0; e < elements; ++e)
            out[e] = eps(in[e], diffgen::cast_level<T>(l),
                         static_cast<T>(means[static_cast<std::size_t>(branch)]));
    }
};

/// Branch b of it alone, without guidance; pointwise.
template <std::size_t Branches>
struct one_branch {
    branch_means<Branches> all;
    int branch;

    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V& x, const diffgen::level_of<S>& l) const {
        return all(x, l, diffgen::guidance_branch{branch});
    }
};

}  // namespace testing
