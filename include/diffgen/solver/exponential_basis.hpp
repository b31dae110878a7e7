// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The three forms in which the reverse process is integrated exactly but for one function of time:
//     x_t = transition x_s + gain int_0^h exp(rate (s - h)) value(s) ds + noise z,
// h the step of a variable in which `value` is smooth. Between them lie most fast solvers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver::basis {

/// The denoised estimate over l = log(alpha / sigma) (Lu et al. 2022b, DPM-Solver++, eq. 8; Xue et
/// al. 2023, SA-Solver, eq. 14). tau = 0: the probability flow; tau = 1: the reverse SDE of Song et
/// al.
struct denoised {
    static constexpr int draws = 1;  ///< where tau > 0
    double tau = 0;

    [[nodiscard]] static double variable(const noise_level& l) { return 0.5 * l.log_snr; }
    [[nodiscard]] static noise_level level(const step& s, double v) {
        return s.process.level_of_log_snr(2 * v);
    }
    [[nodiscard]] double rate() const { return 1 + product(tau, tau); }
    [[nodiscard]] static linear_form value(const noise_level&, int) { return symbol::D; }
    [[nodiscard]] double transition(const noise_level& s, const noise_level& t) const {
        return t.sigma / s.sigma * std::exp(-tau * tau * (variable(t) - variable(s)));
    }
    [[nodiscard]] double gain(const noise_level& t) const { return t.alpha * rate(); }
    [[nodiscard]] double noise_scale(const noise_level& s, const noise_level& t) const {
        return t.sigma * std::sqrt(-std::expm1(-2 * tau * tau * (variable(t) - variable(s))));
    }
};

/// The same for solvers of the reverse SDE: tau is 1 unless it is set.
struct denoised_sde : denoised {
    explicit denoised_sde(double t = 1) : denoised{t} {}
};

/// The noise estimate over l (Lu et al. 2022a, DPM-Solver, eq. 3.4; with noise: 2022b, eq. 17).
struct noise {
    static constexpr int draws = 1;  ///< where tau > 0
    double tau = 0;

    [[nodiscard]] static double variable(const noise_level& l) { return 0.5 * l.log_snr; }
    [[nodiscard]] static noise_level level(const step& s, double v) {
        return s.process.level_of_log_snr(2 * v);
    }
    [[nodiscard]] static double rate() { return -1; }
    [[nodiscard]] static linear_form value(const noise_level& l, int input) {
        return symbol::eps(l, input);
    }
    [[nodiscard]] static double transition(const noise_level& s, const noise_level& t) {
        return t.alpha / s.alpha;
    }
    [[nodiscard]] double gain(const noise_level& t) const {
        return -(1 + product(tau, tau)) * t.sigma;
    }
    [[nodiscard]] double noise_scale(const noise_level& s, const noise_level& t) const {
        return tau * t.sigma * std::sqrt(std::expm1(2 * (variable(t) - variable(s))));
    }
};

/// The noise estimate over r = sigma / alpha, where the probability flow is d(x / alpha) = eps dr
/// (Karras et al. 2022): the basis of the linear multistep methods of k-diffusion.
struct ratio {
    static constexpr int draws = 0;
    static constexpr double tau = 0;

    [[nodiscard]] static double variable(const noise_level& l) { return l.sigma_over_alpha(); }
    [[nodiscard]] static noise_level level(const step& s, double v) {
        return s.process.level_of_log_snr(-2 * std::log(v));
    }
    [[nodiscard]] static double rate() { return 0; }
    [[nodiscard]] static linear_form value(const noise_level& l, int input) {
        return symbol::eps(l, input);
    }
    [[nodiscard]] static double transition(const noise_level& s, const noise_level& t) {
        return t.alpha / s.alpha;
    }
    [[nodiscard]] static double gain(const noise_level& t) { return t.alpha; }
    [[nodiscard]] static double noise_scale(const noise_level&, const noise_level&) { return 0; }
};

/// The basis with this tau; it is 0 where the basis has no noise.
template <class Basis>
[[nodiscard]] Basis with_tau(double tau) {
    if constexpr (Basis::draws > 0)
        return Basis{tau};
    else
        return {};
}

}  // namespace diffgen::inline DIFFGEN_ABI::solver::basis

#include <diffgen/core/with_macros.hpp>
