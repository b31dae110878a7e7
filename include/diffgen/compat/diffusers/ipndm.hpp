// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// IPNDMScheduler of diffusers: a pseudo numerical method (Liu et al. 2022) with a schedule of its
// own.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/config_checks.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/solver/pndm.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The schedule of IPNDMScheduler: (alpha, sigma) = (cos, sin)(pi t / 2), which is given t as time.
struct quarter_circle {
    [[nodiscard]] static double log_snr(double t) {
        return t < 1 ? -2 * std::log(std::tan(half_pi * t)) : -diffgen::detail::infinity;
    }
    [[nodiscard]] static double log_snr_rate(double t) {
        return -4 * half_pi / std::sin(2 * half_pi * t);
    }
    [[nodiscard]] static double time(double log_snr) {
        return std::atan(std::exp(-0.5 * log_snr)) / half_pi;
    }
    [[nodiscard]] static double t_min() { return 1e-3; }
    [[nodiscard]] static double t_max() { return 1; }
    [[nodiscard]] static double t_clean() { return 0; }

    static constexpr double half_pi = 1.5707963267948966;
};

/// n times of quarter_circle at which sigma falls as sin^2, then the data; or those of the
/// configuration's trained_betas, which the scheduler takes for the sigmas, however many.
struct ipndm_times {
    static constexpr bool may_rise = true;
    std::vector<double> sigmas;

    ipndm_times(const config& c, int n) : sigmas(c.trained_betas) {
        for (const double sigma : sigmas)
            detail::require_range(sigma >= 0 && sigma <= 1, "trained_betas", sigma,
                                  "between 0 and 1");
        if (sigmas.size() == 1)
            throw bad_argument("diffgen: 'trained_betas' has 1 entry; a step needs two");
        if (!sigmas.empty()) return;
        if (n < 1)
            throw bad_argument(diffgen::detail::text("diffgen: 'num_inference_steps' is ", n));
        for (int i = n; i >= 0; --i) {
            const double root = std::sin(quarter_circle::half_pi * i / n);
            sigmas.push_back(root * root);
        }
    }

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int /*steps*/) const {
        std::vector<noise_level> l;
        for (const double sigma : sigmas)
            l.push_back(p.level(std::atan2(sigma, std::sqrt(1 - product(sigma, sigma))) /
                                quarter_circle::half_pi));
        return l;
    }
};

/// IPNDMScheduler on quarter_circle, variance-preserving, and ipndm_times, for a velocity. Its
/// start is pure noise, from which it takes the estimate of the data to be 0. Noise: none.
struct ipndm {
    static constexpr int registers = 4;
    static constexpr int rows = 2;
    static constexpr int draws = 0;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        constexpr solver::history outputs{1, 3};
        const noise_level &from = s.from(), &to = s.to();
        const linear_form noise = from.alpha * network + from.sigma * x;
        const linear_form mean = solver::adams_bashforth(outputs, noise, s.index, s.remembered());
        const linear_form data = (x - from.sigma * mean) / std::max(from.alpha, 1e-8);
        return evaluation_stage(from)
            .write(0, to.alpha * data + to.sigma * mean)
            .write(outputs.slot(s.index), noise);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
