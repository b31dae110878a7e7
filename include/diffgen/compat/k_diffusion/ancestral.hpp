// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The second-order samplers of k-diffusion that solve to a lower level and add noise back:
// sample_dpm_2_ancestral, sample_dpmpp_2s_ancestral, sample_dpmpp_sde.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/ancestral_of.hpp>
#include <diffgen/solver/dpm_2.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::k_diffusion {

/// Where a step from sigma a to sigma b leads without noise, and the noise that leads back up to b.
struct ancestral_step {
    double down, up;

    ancestral_step(double a, double b, double eta) {
        const double posterior = b / a * std::sqrt((a - b) * (a + b));
        up = std::min(b, product(eta, posterior));
        down = std::sqrt((b - up) * (b + up));
    }
};

namespace detail {

/// The state at level `from` (in register 0), led to sigma r along the line through `estimate`; in
/// units of the data.
[[nodiscard]] inline linear_form towards(const noise_level& from, double r, linear_form estimate) {
    const double kept = r / from.sigma_over_alpha();
    return kept / from.alpha * symbol::x + (1 - kept) * estimate;
}

/// The level at the geometric mean of two sigmas, or at another fraction of the way between them in
/// log sigma.
[[nodiscard]] inline noise_level between(const step& s, double a, double b, double part = 0.5) {
    return s.process.level_of_log_snr(-2 *
                                      (std::log(a) + product(part, std::log(b) - std::log(a))));
}

}  // namespace detail

/// What the ancestral samplers have in common.
struct ancestral_options {
    static constexpr int registers = 3;  ///< the state, the state in the middle, the first estimate
    static constexpr int rows = 2;
    static constexpr int draws = 1;

    double eta = 1;
    double s_noise = 1;

    void check() const {
        diffgen::detail::require(diffgen::detail::is_not_negative(eta), "eta = ", eta,
                                 " in a sampler of k-diffusion; must be 0 or more");
    }

  protected:
    [[nodiscard]] ancestral_step split(const step& s) const {
        return {s.from().sigma_over_alpha(), s.to().is_clean() ? 0. : s.to().sigma_over_alpha(),
                eta};
    }
    /// Adds the noise that leads up from `down` to row 0 of the stage.
    stage with_noise(stage out, const noise_level& to, double up) const {
        out.draws = 1;
        out.updates[0].form += to.alpha * s_noise * up * symbol::z;
        return out;
    }
};

/// sample_dpm_2_ancestral: a step all the way down to sigma = 0 gets no noise back.
/// Noise: 1 draw where the step does not lead to sigma = 0.
struct dpm_2_ancestral : ancestral_options {
    [[nodiscard]] int stages(const step& s) const { return method().stages(s); }

    [[nodiscard]] stage plan(const step& s, int j) const {
        if (stages(s) == 1) return evaluation_stage(s.from()).write(0, s.to().alpha * symbol::D);
        stage out = method().plan(s, j);
        out.draws = j;
        return out;
    }

  private:
    [[nodiscard]] solver::ancestral_of<solver::dpm_2> method() const {
        return {.eta = eta, .s_noise = s_noise};
    }
};

/// sample_dpmpp_2s_ancestral: the second estimate is used for the whole step.
/// Noise: 1 draw but on the step to sigma = 0.
struct dpmpp_2s_ancestral : ancestral_options {
    [[nodiscard]] int stages(const step& s) const { return split(s).down == 0 ? 1 : 2; }

    [[nodiscard]] stage plan(const step& s, int j) const {
        using namespace symbol;
        const auto [down, up] = split(s);
        const noise_level &from = s.from(), &to = s.to();
        if (down > 0 && j == 0) {
            const noise_level middle = detail::between(s, from.sigma_over_alpha(), down);
            return evaluation_stage(from).write(
                1, middle.alpha * detail::towards(from, middle.sigma_over_alpha(), D));
        }
        stage out = down > 0
                        ? evaluation_stage(detail::between(s, from.sigma_over_alpha(), down), 1)
                        : evaluation_stage(from);
        out.write(0, to.alpha * detail::towards(from, down, D));
        return to.is_clean() ? out : with_noise(out, to, up);
    }
};

/// sample_dpmpp_sde: noise in the middle, too; independent of that of the whole step.
/// Noise: 1 draw an evaluation but on the step to sigma = 0.
struct dpmpp_sde : ancestral_options {
    double r = 0.5;  ///< where in the step the middle lies, in log sigma

    [[nodiscard]] static int stages(const step& s) { return s.to().is_clean() ? 1 : 2; }

    [[nodiscard]] stage plan(const step& s, int j) const {
        using namespace symbol;
        const noise_level &from = s.from(), &to = s.to();
        if (to.is_clean()) return evaluation_stage(from).write(0, to.alpha * D);
        const noise_level middle =
            detail::between(s, from.sigma_over_alpha(), to.sigma_over_alpha(), r);
        if (j == 0) {
            const ancestral_step half(from.sigma_over_alpha(), middle.sigma_over_alpha(), eta);
            stage out = evaluation_stage(from);
            out.write(0, middle.alpha * detail::towards(from, half.down, D));
            out = with_noise(out, middle, half.up);
            out.updates[0].target = 1;
            return out.write(2, D);
        }
        const double w = 1 / (2 * r);
        const linear_form estimate = (1 - w) * reg(2) + w * D;
        const auto [down, up] = split(s);
        stage out = evaluation_stage(middle, 1);
        return with_noise(out.write(0, to.alpha * detail::towards(from, down, estimate)), to, up);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::k_diffusion

#include <diffgen/core/with_macros.hpp>
