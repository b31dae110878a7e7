// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sampler of AlphaFold 3 (Abramson et al. 2024, supplementary algorithm 18), which Boltz,
// Protenix, Chai-1 and RFdiffusion3 share.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// Noise that raises r = sigma / alpha to r (1 + gamma), where the step ends above gamma_min; then
/// Euler's method in r, step_scale times as far. Of the kind of churn<euler>, but that the level
/// where a step ends switches the noise, and that steps overshoot: samples are less varied than
/// data, and with the constants of the paper much less (docs/concepts/solver.md). step_scale = 1,
/// gamma = 0 is euler.
/// Between two steps the owner of a run may centre and turn every sample, as the paper's
/// CentreRandomAugmentation does: the state is read anew (docs/concepts/run.md).
/// Order: 1 with step_scale = 1 and gamma = 0; else none, since what a step adds does not become
/// less with more steps. Evaluations a step: 1. Noise: 1 draw where the step ends above gamma_min.
struct alphafold3 {
    static constexpr bool single_step = true;
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    double gamma = 0.8;
    double gamma_min = 1;  ///< in units of sigma / alpha
    double s_noise = 1.003;
    double step_scale = 1.5;

    void check() const {
        diffgen::detail::require(diffgen::detail::is_not_negative(gamma),
                                 "alphafold3 with gamma = ", gamma,
                                 "; must be 0 (no noise) or more");
        diffgen::detail::require(diffgen::detail::is_not_negative(s_noise),
                                 "alphafold3 with s_noise = ", s_noise,
                                 "; must be 0 or more, mostly 1.003");
        diffgen::detail::require(diffgen::detail::is_positive(step_scale),
                                 "alphafold3 with step_scale = ", step_scale,
                                 "; must be above 0, mostly 1 to 1.7");
    }

    [[nodiscard]] int stages(const step& s) const { return raises(s) ? 2 : 1; }

    [[nodiscard]] stage plan(const step& s, int j) const {
        using namespace symbol;
        const noise_level &from = s.from(), &to = s.to();
        const noise_level top =
            raises(s) ? s.process.level_of_log_snr(from.log_snr - 2 * std::log1p(gamma)) : from;
        if (raises(s) && j == 0) {
            const double low = from.sigma_over_alpha(), high = top.sigma_over_alpha();
            stage out = update_stage(top);
            out.draws = 1;
            const double added = std::sqrt(product(high, high) - product(low, low));
            return out.write(0, top.alpha * (x / from.alpha + s_noise * added * z));
        }
        if (to.is_clean())
            return evaluation_stage(top).write(0,
                                               (1 - step_scale) / top.alpha * x + step_scale * D);
        if (s.is_infinite()) return evaluation_stage(top).write(0, state_at(to, eps(top)));
        const double h = step_scale * (to.sigma_over_alpha() - top.sigma_over_alpha());
        return evaluation_stage(top).write(0, to.alpha * (x / top.alpha + h * eps(top)));
    }

  private:
    [[nodiscard]] bool raises(const step& s) const {
        return gamma > 0 && !s.is_infinite() && s.to().sigma_over_alpha() > gamma_min;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
