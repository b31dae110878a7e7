// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Guidance by any number of branches: the denoised estimate is a sum of theirs, with weights.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>

#include <cmath>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI {

/// The rule w_0 D_0 + w_1 D_1 + ..., with weights that add up to 1, so that branches which agree
/// are left as they are. Where one weight is 1 and the others 0, the result is that branch, to the
/// bit. Throws bad_argument unless the weights are finite and add up to 1.
template <int Branches>
struct weighted {
    static_assert(Branches >= 1, "diffgen: weighted{...} has one weight for each branch");
    static constexpr int copies = Branches;
    static constexpr int inputs = Branches;

    double weights[std::size_t{Branches}];

    void check() const {
        double sum = 0, size = 0;
        for (const double w : weights) {
            detail::require(std::isfinite(w), "a branch of guidance with the weight ", w,
                            "; must be finite");
            sum += w;
            size += std::fabs(w);
        }
        detail::require(std::fabs(sum - 1) <= 1e-9 * size, "the weights of ", Branches,
                        " branches of guidance add up to ", sum, "; must be 1");
    }

    template <class V>
    DIFFGEN_VALUE V combine(const V* outputs) const {
        using S = typename value_traits<V>::scalar;
        V sum = broadcast<V>(S(0));
        for (int b = Branches - 1; b >= 0; --b)
            sum = fma(broadcast<V>(static_cast<S>(weights[b])), outputs[b], sum);
        return sum;
    }
};

template <class... Weights>
weighted(Weights...) -> weighted<static_cast<int>(sizeof...(Weights))>;

/// Several conditions beside none, u + sum_i w_i (c_i - u) (Liu et al. 2022, Compositional visual
/// generation, eq. 11). Branch i has condition i, the last branch none.
template <class... Weights>
[[nodiscard]] constexpr auto composed(Weights... w) {
    return weighted<static_cast<int>(sizeof...(Weights)) + 1>{
        {static_cast<double>(w)..., 1 - (static_cast<double>(w) + ...)}};
}

/// An image and a text, with weights for each (Brooks et al. 2023, InstructPix2Pix, eq. 3): branch
/// 0 has both, branch 1 the image alone, branch 2 neither. (1, 1) is branch 0, (1, 0) branch 1.
[[nodiscard]] constexpr weighted<3> instruct_pix2pix(double image, double text) {
    return {{text, image - text, 1 - image}};
}

/// Autoguidance by a weaker network (Karras et al. 2024, eq. 3) beside classifier-free guidance, c
/// + (w - 1) (c - u) + (a - 1) (c - weak): branch 0 is c, conditional; branch 1 is u, without the
/// condition; branch 2 the weaker network with it. Autoguidance alone is classifier_free{a}, with
/// the weaker network in branch 1.
[[nodiscard]] constexpr weighted<3> autoguided(double w, double a) {
    return {{w + a - 1, 1 - w, 1 - a}};
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
