// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ancestral sampling with any deterministic method: down to below the next level, then fresh noise
// up to it, as the ancestral samplers of k-diffusion do (Crowson 2022), for any kernel.

#include <diffgen/core/check.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace diffgen::solver {

/// The noise, in units of the data, is eta times the deviation of the posterior (at most all of the
/// level's), times s_noise; what `Method` leaves lies that much below, so that marginals are kept
/// to its order. With euler this is ddim{eta}. The method is one of single steps without noise.
/// Weak and strong order 1; of the marginals, the method's. Evaluations a step: the method's.
/// Noise: 1 draw where eta > 0, none on the step to the clean end. Converges to the probability
/// flow (eta = 0) or the reverse SDE (eta = 1).
template <class Method = heun>
struct ancestral_of {
    static_assert(Method::single_step && Method::draws == 0,
                  "diffgen: ancestral_of is given a method that remembers nothing from step to "
                  "step (single_step = true) and takes no noise itself, as those of runge_kutta "
                  "and exponential_single");
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
    }

    [[nodiscard]] int stages(const step& s) const {
        return noisy(s) ? method.stages(lowered{s, *this}.step) : method.stages(s);
    }

    [[nodiscard]] stage plan(const step& s, int j) const {
        if (!noisy(s)) return method.plan(s, j);
        const lowered down(s, *this);
        stage out = method.plan(down.step, j);
        if (j + 1 < method.stages(down.step)) return out;
        const noise_level &to = s.to(), &below = down.levels[1];
        out.draws = 1;
        for (auto& row : out.updates)
            if (&row < &out.updates[0] + out.rows && row.target == 0)
                row.form = to.alpha / below.alpha * row.form + s_noise * added(s) * symbol::z;
        return out;
    }

  private:
    [[nodiscard]] bool noisy(const step& s) const { return eta > 0 && !s.to().is_clean(); }

    /// Deviation of the fresh noise in the state at s.to().
    [[nodiscard]] double added(const step& s) const {
        return std::min(eta * std::sqrt(posterior(s.from(), s.to()).variance), s.to().sigma);
    }

    /// The method's step, whose end has the variance below the fresh noise.
    struct lowered {
        std::array<noise_level, 2> levels;
        diffgen::step step;

        lowered(const diffgen::step& s, const ancestral_of& a)
            : levels{s.from(), end(s, a)}, step{s.process, levels} {}
        lowered(const lowered&) = delete;
        lowered& operator=(const lowered&) = delete;

        static noise_level end(const diffgen::step& s, const ancestral_of& a) {
            // 1 - (added / sigma)^2, where nothing cancels for eta = 1
            const double eta2 = a.eta * a.eta;
            const double kept = 1 - eta2 + eta2 * std::exp(s.from().log_snr - s.to().log_snr);
            return kept > 0 ? s.process.level_at(s.to().log_snr - std::log(kept))
                            : s.process.clean();
        }
    };
};

}  // namespace diffgen::solver
