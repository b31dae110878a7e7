// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The log-likelihood of discrete features under the outputs of an autoregressive network.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/family/bijection/coupling.hpp>
#include <diffgen/family/mapped.hpp>

#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

/// sum_d log p(x_d) of zeros and ones, one logit a feature: 1 x N.
template <class X, class Data>
X bernoulli_log_likelihood(const X& logits, const Data& x) {
    return sum_over_rows(logits * x - softplus(logits));
}

/// sum_d log p(x_d) of whole numbers 0 .. classes - 1: 1 x N. In blocks, class c of feature d is
/// output c D + d, otherwise d classes + c.
template <class X, class Data>
X categorical_log_likelihood(const X& logits, const Data& x, int classes, bool by_feature = false) {
    using T = number_of<X>;
    const auto p = parameter_rows({by_feature}, classes, static_cast<int>(x.rows())).read(logits);
    X top = p[0];
    for (std::size_t c = 1; c < p.size(); ++c)
        top = max(p[c], top);
    top = detach(top);
    X total = exp(p[0] - top), chosen = p[0];
    for (std::size_t c = 1; c < p.size(); ++c) {
        total = total + exp(p[c] - top);
        chosen = select(x > static_cast<T>(c) - T(0.5), p[c], chosen);
    }
    return sum_over_rows(chosen - top - log(total));
}

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
