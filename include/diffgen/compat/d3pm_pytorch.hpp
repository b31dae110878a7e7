// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The small implementation of D3PM in PyTorch by cloneofsimo (d3pm_runner.py): every logarithm has
// eps added to its argument, the bound counts t = 1 as a divergence too, and the loss has the
// coefficient on the bound instead of on the cross-entropy.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/discrete/finite_chain.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::d3pm_pytorch {

using discrete::numbers;

/// log(onehot(x0) + eps), which it takes for logits of the true x_0.
[[nodiscard]] inline std::vector<double> datum_logits(int x0, int states, double eps) {
    std::vector<double> logits(static_cast<std::size_t>(states), std::log(eps));
    logits[static_cast<std::size_t>(x0)] = std::log(1 + eps);
    return logits;
}

/// The logits of x_{t-1} from those of x_0; at t = 1 the latter themselves.
[[nodiscard]] inline std::vector<double> reverse_logits(const discrete::finite_chain& chain, int t,
                                                        int xt, numbers clean_logits, double eps) {
    if (t == 1) return {clean_logits.begin(), clean_logits.end()};
    const auto marginal = discrete::moved(discrete::softmax(clean_logits), chain.cumulative(t - 1));
    std::vector<double> logits = chain.transition(t).column(xt);
    for (std::size_t y = 0; y < logits.size(); ++y)
        logits[y] = std::log(logits[y] + eps) + std::log(marginal[y] + eps);
    return logits;
}

/// Its term of the bound: the divergence of the reverse step by the network from the one by the
/// datum, at every t.
[[nodiscard]] inline double bound_term(const discrete::finite_chain& chain, int t, int xt, int x0,
                                       numbers clean_logits, double eps) {
    const auto by_datum = discrete::log_softmax(
        reverse_logits(chain, t, xt, datum_logits(x0, chain.states(), eps), eps));
    const auto by_network = discrete::log_softmax(reverse_logits(chain, t, xt, clean_logits, eps));
    double sum = 0;
    for (std::size_t y = 0; y < by_datum.size(); ++y)
        sum += std::exp(by_datum[y]) * (by_datum[y] - by_network[y]);
    return sum;
}

/// x_t by the largest of log(q(x_t | x_0) + eps) and Gumbel noise from `uniforms`, one a state.
[[nodiscard]] inline int noised(const discrete::finite_chain& chain, int t, int x0,
                                numbers uniforms, double eps) {
    const numbers q = chain.cumulative(t).row(x0);
    std::vector<double> score;
    for (std::size_t y = 0; y < q.size(); ++y)
        score.push_back(std::log(q[y] + eps) -
                        std::log(-std::log(std::clamp(uniforms[y], eps, 1.))));
    return static_cast<int>(std::max_element(score.begin(), score.end()) - score.begin());
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::d3pm_pytorch

#include <diffgen/core/with_macros.hpp>
