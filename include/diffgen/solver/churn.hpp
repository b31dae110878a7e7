// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Churn: fresh noise before every step of a method (Karras et al. 2022, algorithm 2).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/inner_step.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include <algorithm>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// Raises the level to r (1 + gamma), r = sigma / alpha, by adding noise, then solves from there;
/// gamma = min(amount / steps, sqrt(2) - 1) inside [s_min, s_max], else 0. The network sees the
/// noised state. The method is one of single steps: what others remember belongs to the state as it
/// was before the noise.
/// Order: of the marginals, the method's; strong order 1. Evaluations a step: the method's. Noise:
/// 1 draw where gamma > 0. Converges to a reverse SDE with extra Langevin noise.
template <class Method = heun>
struct churn {
    static_assert(is_single_step<Method> && Method::draws == 0,
                  "diffgen: churn is given a method that remembers nothing from step to step "
                  "(single_step = true) and takes no noise itself, as those of runge_kutta, "
                  "exponential_single and dpm_2: what others remember is of levels between those "
                  "of the grid, which their steps are not told");
    static constexpr int registers = Method::registers;
    static constexpr int rows = Method::rows;
    static constexpr int draws = 1;

    double amount = 40;  ///< S_churn
    double s_min = 0.05;
    double s_max = 50;
    double s_noise = 1.003;
    Method method{};

    void check() const {
        diffgen::detail::require(diffgen::detail::is_not_negative(amount),
                                 "churn with amount = ", amount, "; must be 0 (none) or more");
        diffgen::detail::require(s_min >= 0 && s_min <= s_max, "churn between s_min = ", s_min,
                                 " and s_max = ", s_max, "; must be 0 <= s_min <= s_max");
        diffgen::detail::require(diffgen::detail::is_not_negative(s_noise),
                                 "churn with s_noise = ", s_noise,
                                 "; must be 0 or more, mostly close to 1");
        diffgen::detail::check(method);
    }

    [[nodiscard]] int stages(const step& s) const {
        if (!(gamma(s) > 0)) return method.stages(s);
        return 1 + method.stages(inner_step(s, level(s), s.to()).step);
    }

    [[nodiscard]] stage plan(const step& s, int j) const {
        if (!(gamma(s) > 0)) return method.plan(s, j);
        const noise_level &from = s.from(), top = level(s);
        if (j > 0) return method.plan(inner_step(s, top, s.to()).step, j - 1);
        const double low = from.sigma_over_alpha(), high = top.sigma_over_alpha();
        const double added = std::sqrt(product(high, high) - product(low, low));
        stage out = update_stage(top);
        out.draws = 1;
        return out.write(0, top.alpha * (symbol::x / from.alpha + s_noise * added * symbol::z));
    }

  private:
    [[nodiscard]] double gamma(const step& s) const {
        const double r = s.from().sigma_over_alpha();
        return r >= s_min && r <= s_max ? std::min(amount / s.count(), std::sqrt(2.) - 1) : 0.;
    }
    [[nodiscard]] noise_level level(const step& s) const {
        return s.process.level_of_log_snr(s.from().log_snr - 2 * std::log1p(gamma(s)));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
