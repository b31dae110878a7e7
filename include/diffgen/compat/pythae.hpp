// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the pythae library (0.1) does in its own way.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/family/mapped.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::pythae {

/// IWAE's loss: minus the weights times their logarithms, weights as constants. Its gradient is
/// that of minus the importance-weighted bound, its value is not. `log_weights` are K x N, without
/// the normaliser of a Gaussian decoder.
template <class X>
X iwae_surrogate_loss(const X& log_weights) {
    return -mean(sum_over_rows(detach(softmax(log_weights)) * log_weights));
}

/// What stands for log p(x | z) of its Gaussian decoder there: 1 x N.
template <class X>
X unnormalised_log_likelihood(const X& x, const X& decoded) {
    return sum_over_rows(square(x - decoded)) * family::number_of<X>(-0.5);
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::pythae

#include <diffgen/core/with_macros.hpp>
