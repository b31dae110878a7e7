// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The conventions in which papers and programs give the weight of classifier-free guidance. They
// name the same family of estimates, u + w (c - u), by different numbers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/guidance/guided.hpp>
#include <diffgen/guidance/weighted.hpp>

namespace diffgen::inline DIFFGEN_ABI {

/// u + w (c - u): Saharia et al. 2022 (Imagen), `guidance_scale` of diffusers. 1 is the conditional
/// network, 0 the unconditional one.
[[nodiscard]] constexpr classifier_free guidance_scale(double w) {
    return {w};
}

/// (1 + w) c - w u: Ho and Salimans 2022, eq. 6; `use_original_formulation` of diffusers. 0 is the
/// conditional network, -1 the unconditional one.
[[nodiscard]] constexpr classifier_free guidance_strength(double w) {
    return {1 + w};
}

/// score u + s grad log p(c | x), with p(c | x) the classifier that the two networks imply:
/// Dhariwal and Nichol 2021, section 4. It scales a classifier beside the unconditional network.
[[nodiscard]] constexpr classifier_free classifier_scale(double s) {
    return {s};
}

/// p + g (p - n): a positive condition in branch 0 and a negative one in branch 1, away from which
/// it leads; `CFGDenoiser` of azula.
[[nodiscard]] constexpr weighted<2> negative_prompt(double g) {
    return {{1 + g, -g}};
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
