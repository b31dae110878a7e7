// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// DPMSolverMultistepScheduler of diffusers, with its EDM and cosine forms.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/dpm_update.hpp>
#include <diffgen/compat/diffusers/lambda_levels.hpp>
#include <diffgen/solver/step.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// Adams' methods in lambda, of lower order in the first steps and, where the configuration says
/// so, in the last. The third order is 2 at most: see dpm_update.
/// Evaluations a step: 1. Noise: 1 draw in the algorithms that have sde in their name.
class dpm_multistep {
  public:
    static constexpr int registers = 3;  ///< the state and the last two values
    static constexpr int rows = 2;
    static constexpr int draws = 1;

    /// Throws compat::unsupported for what diffusers refuses.
    explicit dpm_multistep(const config& c)
        : scheduler_(c.scheduler),
          algorithm_(c.algorithm_type == algorithm_type::deis ? algorithm_type::dpm_solver_pp
                                                              : c.algorithm_type),
          order_(c.solver_order),
          heun_(c.solver_type == solver_type::heun),
          lower_order_final_(c.lower_order_final),
          first_order_end_(c.euler_at_final || c.final_sigmas_type == final_sigmas_type::zero) {
        const bool by_noise = predicts_noise(algorithm_);
        if (algorithm_ == algorithm_type::data_prediction ||
            algorithm_ == algorithm_type::noise_prediction || (by_noise && preconditions(c)) ||
            ((by_noise || c.algorithm_type == algorithm_type::deis) &&
             c.final_sigmas_type == final_sigmas_type::zero))
            throw unsupported(
                diffgen::detail::text("diffgen: 'algorithm_type' is '", name(c.algorithm_type),
                                      "' in ", name(c.scheduler), " with 'final_sigmas_type' = '",
                                      name(c.final_sigmas_type), "'"));
        diffgen::detail::require(order_ >= 1, "'solver_order' is ", order_, ", not 1 or more");
    }

    [[nodiscard]] bool noise_prediction() const { return predicts_noise(algorithm_); }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level &from = s.from(), &to = s.to();
        const linear_form m0 = noise_prediction() ? eps(from) : D;
        const dpm_update u(algorithm_, from, to);
        stage out = evaluation_stage(from);
        out.draws = adds_noise(algorithm_) ? 1 : 0;
        linear_form next = u.state * x + u.zeroth() * m0 + u.noise * z;
        const int order = u.h == 0 ? 1 : order_of(s);  // a last step can be of no length
        if (order > 1) {
            const linear_form m1 = reg(slot(s.index - 1));
            const double r0 = length(s, 1) / u.h;
            linear_form D1 = (m0 - m1) / r0;
            if (order == 2) {
                next += (heun_ ? u.first() : u.midpoint()) * D1;
            } else {
                const double r1 = length(s, 2) / u.h;
                const linear_form D2 = (D1 - (m1 - reg(slot(s.index - 2))) / r1) / (r0 + r1);
                next += u.first() * (D1 + r0 * D2) + u.second() * D2;
            }
        }
        return out.write(0, next).write(slot(s.index), m0);
    }

  private:
    [[nodiscard]] static int slot(int i) { return 1 + i % 2; }
    /// Length in lambda of the step that is i steps back.
    [[nodiscard]] static double length(const step& s, int i) {
        return lambda(s.level(s.index - i + 1)) - lambda(s.level(s.index - i));
    }
    /// Throws compat::unsupported for what diffusers has not.
    [[nodiscard]] int order_of(const step& s) const {
        const int left = s.count() - s.index;
        const bool lowers = lower_order_final_ && s.count() < 15;
        if (order_ == 1 || s.remembered() < 1 || (left == 1 && (first_order_end_ || lowers)))
            return 1;
        if (order_ == 2 || s.remembered() < 2 || (left == 2 && lowers)) return 2;
        const bool has_third = scheduler_ == scheduler::dpm_solver_multistep
                                   ? algorithm_ != algorithm_type::sde_dpm_solver
                                   : !adds_noise(algorithm_);
        if (!has_third)
            throw unsupported(diffgen::detail::text("diffgen: 'solver_order' is ", order_,
                                                    " with 'algorithm_type' = '", name(algorithm_),
                                                    "' in ", name(scheduler_)));
        return 3;
    }

    scheduler scheduler_;
    algorithm_type algorithm_;
    int order_;
    bool heun_, lower_order_final_, first_order_end_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
