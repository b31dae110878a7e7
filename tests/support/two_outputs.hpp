// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A network with a learned variance, as a functor and batched, and a solver that uses all it gives.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace testing {

/// The prediction is the sample turned round, halved; the v of an element a quarter of it.
template <std::size_t D>
struct two_outputs {
    template <class V, class L>
    DIFFGEN_VALUE std::array<V, D> operator()(const std::array<V, D>& x, const L& /*level*/,
                                              bool prediction) const {
        using S = typename diffgen::value_traits<V>::scalar;
        std::array<V, D> out;
        for (std::size_t d = 0; d < D; ++d)
            out[d] = prediction ? diffgen::product(x[D - 1 - d], diffgen::broadcast<V>(S(0.5)))
                                : diffgen::product(x[d], diffgen::broadcast<V>(S(0.25)));
        return out;
    }

    /// The same as a batched network: all predictions, then all v.
    template <class T>
    void operator()(diffgen::batch_view<const T> in, diffgen::batch_view<T> out,
                    const diffgen::noise_level& l) const {
        for (std::size_t i = 0; i < out.samples; ++i) {
            std::array<T, D> x;
            std::copy_n(in.sample(i % in.samples), D, x.begin());
            x = (*this)(x, l, i < in.samples);
            std::copy_n(x.begin(), D, out.sample(i));
        }
    }
};

/// x' = 0.9 x + 0.1 D + 0.05 net + exp(v / 2 - 1) z, at every step.
struct uses_everything {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    [[nodiscard]] static int stages(const diffgen::step&) { return 1; }

    [[nodiscard]] static diffgen::stage plan(const diffgen::step& s, int) {
        using namespace diffgen::symbol;
        diffgen::stage out = diffgen::evaluation_stage(s.from());
        out.draws = 1;
        out.noise_scale = {-1, 0.5};
        return out.write(0, 0.9 * x + 0.1 * D + 0.05 * network + z);
    }
};

}  // namespace testing
