// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A corruption in T steps, with its posteriors and the variational bound (D3PM: Austin et al.
// 2021).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/discrete/corruption.hpp>
#include <diffgen/discrete/distribution.hpp>
#include <diffgen/discrete/square_matrix.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

/// Steps are counted from 1 to T, levels from 0 on; x_0 are the data.
class finite_chain {
  public:
    /// Step t corrupts with betas[t - 1]. Throws bad_argument for a beta outside [0, 1] or none.
    template <class Corruption>
    finite_chain(const Corruption& corruption, const std::vector<double>& betas) {
        diffgen::detail::check(corruption);
        diffgen::detail::require(!betas.empty(), "a chain of no steps; it needs at least one");
        cumulative_.push_back(square_matrix::identity(corruption.states));
        for (std::size_t t = 0; t < betas.size(); ++t) {
            diffgen::detail::require(betas[t] >= 0 && betas[t] <= 1, "beta ", t + 1, " is ",
                                     betas[t], "; must be in [0, 1]");
            steps_.push_back(discrete::transition(corruption, betas[t]));
            cumulative_.push_back(cumulative_.back() * steps_.back());
        }
    }

    [[nodiscard]] int steps() const { return static_cast<int>(steps_.size()); }
    [[nodiscard]] int states() const { return cumulative_.front().states(); }

    /// Q_t, the change of step t. Throws bad_argument unless 1 <= t <= T.
    [[nodiscard]] const square_matrix& transition(int t) const {
        check_step(t, 1);
        return steps_[static_cast<std::size_t>(t - 1)];
    }
    /// Q_1 .. Q_t, of which a row is q(x_t | x_0); the identity for t = 0.
    [[nodiscard]] const square_matrix& cumulative(int t) const {
        check_step(t, 0);
        return cumulative_[static_cast<std::size_t>(t)];
    }

    /// q(x_{t-1} | x_t, x_0) (eq. 3). Throws bad_argument where x_0 cannot become x_t.
    [[nodiscard]] std::vector<double> posterior(int t, int xt, int x0) const {
        check_level(x0);
        return before(t, xt, cumulative(t - 1).row(x0));
    }

    /// p(x_{t-1} | x_t) of a network that gives the distribution `clean` of x_0, as eq. 4 has it:
    /// proportional to sum over x_0 of q(x_{t-1}, x_t | x_0) clean(x_0), and `clean` itself at t
    /// = 1.
    ///
    /// What makes this the true reverse step is the distribution of x_0 given all elements of x_t
    /// but this one (prediction::clean_given_others), not that given all.
    [[nodiscard]] std::vector<double> reverse(int t, int xt, numbers clean) const {
        if (t == 1) return {clean.begin(), clean.end()};
        return before(t, xt, moved(clean, cumulative(t - 1)));
    }

  private:
    [[nodiscard]] std::vector<double> before(int t, int xt, numbers marginal) const {
        check_level(xt);
        std::vector<double> p = transition(t).column(xt);
        double sum = 0;
        for (std::size_t i = 0; i < p.size(); ++i)
            sum += p[i] *= marginal[i];
        diffgen::detail::require(sum > 0, "level ", xt, " at step ", t,
                                 " cannot come from these data; its probability is 0");
        return normalised(std::move(p));
    }
    void check_step(int t, int first) const {
        diffgen::detail::require(t >= first && t <= steps(), "step ", t, " of a chain of ", steps(),
                                 "; steps are counted from ", first);
    }
    void check_level(int level) const {
        diffgen::detail::require(level >= 0 && level < states(), "level ", level, " of ", states(),
                                 " states");
    }

    std::vector<square_matrix> steps_, cumulative_;
};

/// A term of the variational bound in nats (eq. 1): the divergence of the reverse step from the
/// posterior, and at t = 1 -log p(x_0 | x_1). log_clean: log probabilities of x_0.
[[nodiscard]] inline double bound_term(const finite_chain& chain, int t, int xt, int x0,
                                       numbers log_clean) {
    std::vector<double> clean(log_clean.begin(), log_clean.end());
    if (t == 1) return -clean[static_cast<std::size_t>(x0)];
    for (double& v : clean)
        v = std::exp(v);
    return divergence(chain.posterior(t, xt, x0), chain.reverse(t, xt, clean));
}

/// The hybrid objective (eq. 5): the term plus weight times the cross-entropy of x_0.
[[nodiscard]] inline double hybrid_term(const finite_chain& chain, int t, int xt, int x0,
                                        numbers log_clean, double weight) {
    return bound_term(chain, t, xt, x0, log_clean) -
           weight * log_clean[static_cast<std::size_t>(x0)];
}

/// The term of the bound that no network changes: the divergence of q(x_T | x_0) from `prior`, the
/// distribution that sampling starts from. Infinite where the prior excludes what x_0 can become.
[[nodiscard]] inline double prior_term(const finite_chain& chain, int x0, numbers prior) {
    return divergence(chain.cumulative(chain.steps()).row(x0), prior);
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>
