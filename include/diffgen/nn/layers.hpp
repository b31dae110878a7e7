// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Layers: numbers into a list of parameters and how to apply them on a tape.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/activations.hpp>
#include <diffgen/nn/matmul.hpp>
#include <diffgen/nn/parameters.hpp>
#include <diffgen/nn/rows.hpp>
#include <diffgen/noise/source.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Parameters as leaves of a tape, see parameters::on.
template <class T>
using leaves = std::vector<variable<T>>;

/// Fills a parameter with normal numbers of this standard deviation; its number in the list is the
/// draw, so that adding a layer at the end changes none before it.
template <class T>
void fill_normal(parameters<T>& list, std::size_t number, double deviation,
                 const noise::philox& random) {
    auto m = list[number];
    for (extent i = 0; i < m.size(); ++i)
        m.data()[i] = static_cast<T>(deviation) *
                      random.normal<T>(noise::stream::weights, static_cast<std::uint32_t>(number),
                                       static_cast<std::uint64_t>(i));
}

/// y = W x + b.
struct linear {
    std::size_t weight, bias;

    /// W normal with variance gain^2 / inputs (LeCun 1998 for gain 1), b zero.
    template <class T>
    static linear make(parameters<T>& list, const std::string& name, extent inputs, extent outputs,
                       const noise::philox& random, double gain = 1.0) {
        linear made{list.add(name + ".weight", outputs, inputs),
                    list.add(name + ".bias", outputs, 1)};
        fill_normal(list, made.weight, gain / std::sqrt(static_cast<double>(inputs)), random);
        return made;
    }

    /// w: leaves of a tape and x a variable, or constants() and x values.
    template <class W, class X>
    X operator()(const W& w, const X& x) const {
        return matmul(w[weight], x) + w[bias];
    }
};

/// A vector for every index below `entries`.
struct embedding {
    std::size_t table;

    /// Standard normal vectors.
    template <class T>
    static embedding make(parameters<T>& list, const std::string& name, extent entries,
                          extent features, const noise::philox& random) {
        embedding made{list.add(name + ".table", features, entries)};
        fill_normal(list, made.table, 1.0, random);
        return made;
    }

    template <class T>
    variable<T> operator()(const leaves<T>& w, std::span<const int> entries) const {
        return gather(w[table], entries);
    }
};

/// h + W2 silu(W1 silu(h) + b1 + Wc c) + b2: a residual block that a context c steers.
struct residual_block {
    linear first, second;
    std::size_t context;

    /// W2 is zero, so that the block begins as the identity.
    template <class T>
    static residual_block make(parameters<T>& list, const std::string& name, extent width,
                               extent context_features, const noise::philox& random) {
        residual_block made{linear::make(list, name + ".first", width, width, random),
                            linear::make(list, name + ".second", width, width, random, 0.0),
                            list.add(name + ".context", width, context_features)};
        fill_normal(list, made.context, 1 / std::sqrt(static_cast<double>(context_features)),
                    random);
        return made;
    }

    template <class T>
    variable<T> operator()(const leaves<T>& w, const variable<T>& h, const variable<T>& c) const {
        return h + second(w, silu(first(w, silu(h)) + matmul(w[context], c)));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
