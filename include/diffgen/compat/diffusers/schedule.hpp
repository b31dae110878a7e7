// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The noise schedules of diffusers: a table over the training timesteps from a configuration.

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/zero_terminal_snr.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::compat::diffusers {

namespace detail {

/// Betas that follow a curve alpha_bar(u) of u = t / T, capped at 0.999.
template <class F>
std::vector<double> betas_along(int steps, F alpha_bar) {
    std::vector<double> betas;
    for (int i = 0; i < steps; ++i) {
        const double from = static_cast<double>(i) / steps, to = (i + 1.0) / steps;
        betas.push_back(std::min(1 - alpha_bar(to) / alpha_bar(from), 0.999));
    }
    return betas;
}

/// What diffusers takes for alpha_bar is alpha, the root of the Laplace schedule's (Hang and Gu
/// 2024).
inline double laplace(double u) {
    const double centred = 0.5 - u, sign = centred < 0 ? -1. : centred > 0 ? 1. : 0.;
    const double log_snr = -0.5 * sign * std::log(1 - 2 * std::abs(centred) + 1e-6);
    return std::sqrt(diffgen::detail::sigmoid(log_snr));
}

[[nodiscard]] inline schedule::table before_rescaling(const config& c) {
    const int steps = c.num_train_timesteps;
    if (!c.trained_betas.empty()) return schedule::betas(c.trained_betas);
    switch (c.beta_schedule) {
        case beta_schedule::linear:
            return schedule::linear(steps, c.beta_start, c.beta_end);
        case beta_schedule::scaled_linear:
            return schedule::scaled_linear(steps, c.beta_start, c.beta_end);
        case beta_schedule::sigmoid:
            return schedule::sigmoid(steps, c.beta_start, c.beta_end);
        case beta_schedule::squaredcos_cap_v2:
            return schedule::cosine(steps);
        case beta_schedule::laplace:
            return schedule::betas(betas_along(steps, laplace));
        case beta_schedule::exp:
            break;
    }
    return schedule::betas(betas_along(steps, [](double u) { return std::exp(-12 * u); }));
}

}  // namespace detail

/// The schedule of a configuration, a timestep an entry.
/// Throws bad_argument where its noise does not grow from entry to entry.
[[nodiscard]] inline schedule::table noise_schedule(const config& c) {
    const schedule::table t = detail::before_rescaling(c);
    return c.rescale_betas_zero_snr ? schedule::zero_terminal_snr(t) : t;
}

}  // namespace diffgen::compat::diffusers
