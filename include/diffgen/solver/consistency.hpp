// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sampling of consistency models, in one step or several (Song et al. 2023, algorithm 1), and of
// latent consistency models (Luo et al. 2023).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// `data` with the noise of level `to`, times s_noise; but for the noise of deviation sigma_min (as
/// sigma / alpha) that the data themselves have.
[[nodiscard]] inline linear_form renoised(const noise_level& to, linear_form data,
                                          double sigma_min = 0, double s_noise = 1) {
    const double least = product(to.alpha, sigma_min);
    const double added = std::sqrt(std::max((to.sigma - least) * (to.sigma + least), 0.));
    return to.alpha * data + s_noise * added * symbol::z;
}

/// x_t = alpha_t (D + sqrt(r_t^2 - sigma_min^2) z), r = sigma / alpha: at each level of the grid
/// the consistency function D, and then fresh noise. For a predictor that gives a consistency
/// function; with the denoised estimate itself it keeps no marginals. On a grid whose last
/// evaluation is above sigma_min, as uniform and those with ends_at_sigma_min have it: at sigma_min
/// the function is the identity, and a step from there on does nothing.
/// Evaluations a step: 1. Noise: 1 draw but where the level has no more than sigma_min.
struct consistency {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    double sigma_min = 0;  ///< sigma / alpha at the end of the trajectories: epsilon of the paper
    double s_noise = 1;

    void check() const {
        diffgen::detail::require(diffgen::detail::is_not_negative(sigma_min),
                                 "consistency with sigma_min = ", sigma_min,
                                 "; must be 0 or more: sigma / alpha where trajectories end");
        diffgen::detail::require(diffgen::detail::is_not_negative(s_noise),
                                 "consistency with s_noise = ", s_noise,
                                 "; must be 0 or more, mostly 1");
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        if (s.remembered() == 0) check_grid(s);
        const noise_level& to = s.to();
        stage out = evaluation_stage(s.from()).towards(s.process.clean());
        out.draws = s_noise > 0 && !ends(to) ? 1 : 0;
        return out.write(0, renoised(to, symbol::D, sigma_min, out.draws ? s_noise : 0));
    }

  private:
    /// Whether trajectories end at a level. One that is sigma_min up to rounding is the end: the
    /// root of a rounding is no rounding.
    [[nodiscard]] bool ends(const noise_level& l) const {
        return l.sigma <= l.alpha * sigma_min * (1 + 1e-12);
    }
    void check_grid(const step& s) const {
        for (int i = s.index; i < s.count(); ++i)
            diffgen::detail::require(
                !ends(s.level(i)), "consistency with sigma_min = ", sigma_min,
                " would evaluate at sigma / alpha = ", s.level(i).sigma_over_alpha(),
                ", t = ", s.level(i).t,
                ", where the consistency function is the identity; use a grid that ends there, "
                "such "
                "as grid::karras{.ends_at_sigma_min = true} or grid::uniform{}");
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
