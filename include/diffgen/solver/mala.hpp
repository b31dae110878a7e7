// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Metropolis-adjusted Langevin algorithm (Roberts and Tweedie 1996, section 1.4.1; Besag 1994):
// steps of Langevin dynamics, which every sample takes or leaves so that its density is exact.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/solver/grid_position.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// y = x + delta / 2 score + sqrt(delta T) z is taken with the probability
///     min(1, q(y)^(1 / T) p(x | y) / (q(x)^(1 / T) p(y | x))),
/// p the proposal's density. The predictor must give log densities beside its score; the score need
/// not be that of the density for the law to be right, only for many proposals to be taken (0.574
/// of them is best in many dimensions, Roberts and Rosenthal 1998). Stays at the level where the
/// step starts, and has the density of that level to the power 1 / T as its stationary one, in
/// steps of any size. Evaluations a step: 1, one more where a level is new. Noise: 1 draw an
/// evaluation.
struct mala {
    /// The state, the proposal, the score at the state, the score at the proposal.
    static constexpr int registers = 4;
    static constexpr int rows = 3;
    static constexpr int draws = 1;
    static constexpr bool wants_density = true;
    struct judge {};
    struct memory {
        double log_density = 0;  ///< of the state
        double temperature = 1;  ///< of the proposal, where that changes between steps
    };

    double delta = 0.01;     ///< step size, in squared units of the state
    double temperature = 1;  ///< T; the density's own is 1

    void check() const {
        diffgen::detail::require(diffgen::detail::is_positive(delta), "mala with delta = ", delta,
                                 "; a step size must be above 0");
        diffgen::detail::require(diffgen::detail::is_positive(temperature),
                                 "mala with temperature = ", temperature, "; must be above 0");
    }

    [[nodiscard]] static int stages(const step& s) { return first(s) == 0 ? 2 : 1; }
    [[nodiscard]] stage plan(const step& s, int j) const { return correct(s.from(), first(s) + j); }
    [[nodiscard]] bool accepts(memory& m, const step& s, int j, const measurement& e) const {
        return accepts(m, s.from(), first(s) + j, e);
    }
    [[nodiscard]] stage settle(const step& s, int j, bool accepted) const {
        return settle(s.from(), first(s) + j, accepted);
    }

    /// Stage k at a level: the first gets to know the state, every other a proposal.
    [[nodiscard]] stage correct(const noise_level& level, int k) const {
        using namespace symbol;
        stage out = evaluation_stage(level, k == 0 ? 0 : 1);
        if (k == 0) return out.write(2, grad_log_q(level)).judge({}, {});
        const linear_form score = grad_log_q(level, 1);
        return out.write(3, score).judge(reg(1) - mean(0, reg(2)), x - mean(1, score));
    }
    [[nodiscard]] static int correction_stages(int n) { return n > 0 ? n + 1 : 0; }

    [[nodiscard]] bool accepts(memory& m, const noise_level&, int k, const measurement& e) const {
        const double before = std::exchange(m.log_density, e.log_density);
        const double heat = std::exchange(m.temperature, temperature);
        if (k == 0) return true;
        const double ratio =
            (e.log_density - before) / temperature + (e.sums[0] - e.sums[1]) / (2 * delta * heat);
        const bool taken = std::log(e.uniform) < ratio;
        if (!taken) m.log_density = before;
        return taken;
    }
    /// Moves to the proposal or stays, and makes the next one.
    [[nodiscard]] stage settle(const noise_level& level, int k, bool accepted) const {
        using namespace symbol;
        const linear_form noise = std::sqrt(delta * temperature) * z;
        stage out = update_stage(level);
        out.draws = 1;
        if (k == 0 || !accepted) return out.write(1, mean(0, reg(2)) + noise);
        return out.write(0, reg(1)).write(2, reg(3)).write(1, mean(1, reg(3)) + noise);
    }

    /// The same dynamics in units of a level's noise.
    [[nodiscard]] mala scaled(double sigma) const { return {delta * sigma * sigma, temperature}; }

  private:
    /// Where the proposals from a register lie.
    [[nodiscard]] linear_form mean(int from, linear_form score) const {
        return symbol::reg(from) + 0.5 * delta * score;
    }
    /// The stage at which a step begins: at a level that is new, the state is not known.
    [[nodiscard]] static int first(const step& s) {
        return s.remembered() > 0 && s.level(s.index - 1).log_snr == s.from().log_snr ? 1 : 0;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
