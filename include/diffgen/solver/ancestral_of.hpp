// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ancestral sampling with any deterministic method: down to below the next level, then fresh noise
// up to it, as the ancestral samplers of k-diffusion do (Crowson 2022), for any kernel.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// How far below its next level an ancestral step leads, as the ratio of the noise-to-signal ratios
/// sigma^2 / alpha^2 there; 0 or less: to the clean end.
namespace descent {

/// So far that the fresh noise, in units of the data, has eta times the deviation of the posterior:
/// DDIM's eta (Song, Meng and Ermon 2021, eq. 16). Of the reverse SDE's noise, eta.
struct by_deviation {
    [[nodiscard]] static double kept(const noise_level& from, const noise_level& to, double eta) {
        // nothing cancels for eta = 1
        const double eta2 = product(eta, eta);
        return 1 - eta2 + product(eta2, std::exp(from.log_snr - to.log_snr));
    }
};

/// In the time s = sigma / (alpha + sigma) of rectified flow, to s (1 + (s / s_from - 1) eta): the
/// rule of ancestral sampling for flow matching. Of the reverse SDE's noise, sqrt(eta).
struct by_time {
    [[nodiscard]] static double kept(const noise_level& from, const noise_level& to, double eta) {
        const double s = time(to);
        const double below = product(s, 1 + product(s / time(from) - 1, eta));
        const double r = below * (1 - s) / (s * (1 - below));
        return below > 0 ? r * r : 0;
    }

  private:
    [[nodiscard]] static double time(const noise_level& l) {
        return diffgen::detail::sigmoid(-0.5 * l.log_snr);
    }
};

}  // namespace descent

/// The method, to below the next level by `Descent`, then the forward process up to it, its noise
/// times s_noise; so that marginals are kept to the method's order. With euler and by_deviation
/// this is ddim{eta}. The method is one without noise, of single steps, or a multistep method that
/// remembers denoised estimates: their levels are those of the grid, whatever lies below. Weak and
/// strong order 1; of the marginals, that of a method of single steps. Evaluations a step: the
/// method's. Noise: 1 draw where eta > 0, none on the step to the clean end. Converges to the
/// probability flow (eta = 0) or the reverse SDE (eta = 1).
template <class Method = heun, class Descent = descent::by_deviation>
struct ancestral_of {
    static_assert(
        (is_single_step<Method> && Method::draws == 0) || remembers_estimates<Method>,
        "diffgen: ancestral_of is given a method that takes no noise itself and either "
        "remembers nothing from step to step (single_step = true), as those of "
        "runge_kutta and exponential_single, or denoised estimates only "
        "(remembers_estimates = true), as dpm_solver_pp_multistep: estimates of the noise "
        "are not those of the state that fresh noise was added to, and a corrector would "
        "take back a step that led elsewhere");
    static constexpr int registers = Method::registers;
    static constexpr int rows = Method::rows;
    static constexpr int draws = 1;

    double eta = 1;
    double s_noise = 1;
    Method method{};

    void check() const {
        diffgen::detail::require(
            diffgen::detail::is_not_negative(eta), "ancestral_of with eta = ", eta,
            "; must be 0 or more: 1 is the full noise of the posterior, 0 none");
        diffgen::detail::require(diffgen::detail::is_not_negative(s_noise),
                                 "ancestral_of with s_noise = ", s_noise,
                                 "; must be 0 or more, mostly 1");
        diffgen::detail::check(method);
        if constexpr (requires { method.tau; })
            diffgen::detail::require(method.tau == 0,
                                     "ancestral_of a method with tau = ", method.tau,
                                     "; must be 0: the noise is that of eta");
    }

    [[nodiscard]] int stages(const step& s) const {
        if (!noisy(s)) return method.stages(s);
        const noise_level lowest = below(s);
        return method.stages(down(s, lowest));
    }

    [[nodiscard]] stage plan(const step& s, int j) const {
        if (!noisy(s)) return method.plan(s, j);
        const noise_level lowest = below(s);
        stage out = method.plan(down(s, lowest), j);
        if (j + 1 < method.stages(down(s, lowest))) return out;
        const transition_kernel up = transition(s.to(), lowest);
        out.draws = 1;
        for (auto& row : out.updates)
            if (&row < &out.updates[0] + out.rows && row.target == 0)
                row.form = up.scale * row.form + s_noise * std::sqrt(up.variance) * symbol::z;
        return out;
    }

  private:
    [[nodiscard]] bool noisy(const step& s) const { return eta > 0 && !s.to().is_clean(); }

    /// The method's step, which refers to the level that it leads to.
    [[nodiscard]] static step down(step s, const noise_level& lowest) {
        s.target = &lowest;
        return s;
    }
    /// Where the method's step ends: below the fresh noise.
    [[nodiscard]] noise_level below(const step& s) const {
        const double kept = Descent::kept(s.from(), s.to(), eta);
        return kept > 0 ? s.process.level_of_log_snr(s.to().log_snr - std::log(kept))
                        : s.process.clean();
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
