// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// DPMSolverSinglestepScheduler of diffusers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/dpm_update.hpp>
#include <diffgen/compat/diffusers/lambda_levels.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// Runge-Kutta methods in lambda whose inner evaluations lie on the grid: the steps come in blocks
/// of rising order, each of which starts from the state at its block's start.
/// Evaluations a step: 1. Noise: 1 draw in the algorithms that have sde in their name.
class dpm_singlestep {
  public:
    static constexpr int registers = 4;  ///< the state, the block's start, the last two values
    static constexpr int rows = 3;
    static constexpr int draws = 1;

    /// Throws compat::unsupported for what diffusers refuses.
    explicit dpm_singlestep(const config& c)
        : algorithm_(c.algorithm_type == algorithm_type::deis ? algorithm_type::dpm_solver_pp
                                                              : c.algorithm_type),
          order_(c.solver_order),
          heun_(c.solver_type == solver_type::heun),
          lower_order_final_(c.lower_order_final),
          ends_clean_(c.final_sigmas_type == final_sigmas_type::zero) {
        const bool by_noise = algorithm_ == algorithm_type::dpm_solver;
        if ((!by_noise && algorithm_ != algorithm_type::dpm_solver_pp &&
             algorithm_ != algorithm_type::sde_dpm_solver_pp) ||
            (by_noise && (c.thresholding || ends_clean_)) ||
            (c.algorithm_type == algorithm_type::deis && ends_clean_))
            throw unsupported(
                diffgen::detail::text("diffgen: 'algorithm_type' is '", name(c.algorithm_type),
                                      "' with 'final_sigmas_type' = '", name(c.final_sigmas_type),
                                      "' and 'thresholding' = ", c.thresholding));
        if (order_ < 1 || order_ > 3)
            throw unsupported(
                diffgen::detail::text("diffgen: 'solver_order' is ", order_, ", not 1, 2 or 3"));
    }

    [[nodiscard]] bool noise_prediction() const { return predicts_noise(algorithm_); }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level& from = s.from();
        const linear_form m0 = noise_prediction() ? eps(from) : D;
        const int order = order_of(s);
        const noise_level& start = s.level(s.index - order + 1);
        const dpm_update u(algorithm_, start, s.to());
        stage out = evaluation_stage(from);
        out.draws = adds_noise(algorithm_) ? 1 : 0;
        const auto value = [&](int back) { return back == 0 ? m0 : reg(slot(s.index - back)); };
        // slope of the values from the block's start to the level that is `back` steps before this
        const auto ratio = [&](int back) {
            return (lambda(s.level(s.index - back)) - lambda(start)) / u.h;
        };
        const auto slope = [&](int back) { return (value(back) - value(order - 1)) / ratio(back); };
        linear_form next =
            u.state * (order == 1 ? x : reg(1)) + u.zeroth() * value(order - 1) + u.noise * z;
        if (order == 2) next += (heun_ ? u.first() : u.midpoint()) * slope(0);
        if (order == 3 && !heun_) next += u.first() * slope(0);
        if (order == 3 && heun_) {
            const double r0 = ratio(0), r1 = ratio(1);
            next += u.first() * ((r0 * slope(1) - r1 * slope(0)) / (r0 - r1)) +
                    u.second() * (2 * (slope(0) - slope(1)) / (r0 - r1));
        }
        out.write(0, next).write(slot(s.index), m0);
        return order == 1 ? out.write(1, x) : out;
    }

  private:
    [[nodiscard]] static int slot(int i) { return 2 + i % 2; }
    /// Orders 1 .. 'solver_order' in turn, counted from the grid's first step; where the last are
    /// lowered, a last whole block has an order less. Not more than there are values.
    [[nodiscard]] int order_of(const step& s) const {
        const int n = s.count(), rest = n % order_;
        const bool last = s.index + 1 == n;
        if (last && (ends_clean_ || (rest == 0 && lower_order_final_))) return 1;
        return std::min(s.index % order_, s.remembered()) + 1;
    }

    algorithm_type algorithm_;
    int order_;
    bool heun_, lower_order_final_, ends_clean_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
