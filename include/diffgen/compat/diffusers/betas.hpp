// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The betas of diffusers, and what it takes for alpha_bar: rounded in double as there, for grids
// that cancel.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

namespace detail {

/// torch.linspace: from both ends to the middle.
inline std::vector<double> linspace(double first, double last, int n) {
    const double step = n > 1 ? (last - first) / (n - 1) : 0;
    std::vector<double> v;
    for (int i = 0; i < n; ++i)
        v.push_back(i < n / 2 || n == 1 ? first + product(step, static_cast<double>(i))
                                        : last - product(step, static_cast<double>(n - 1 - i)));
    return v;
}

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

inline double cosine(double u) {
    const double c = std::cos((u + 0.008) / 1.008 * 3.141592653589793 / 2);
    return c * c;
}
/// What diffusers takes for alpha_bar is alpha, the root of the Laplace schedule's (Hang and Gu
/// 2024).
inline double laplace(double u) {
    const double centred = 0.5 - u, sign = centred < 0 ? -1. : centred > 0 ? 1. : 0.;
    const double log_snr = -0.5 * sign * std::log(1 - 2 * std::abs(centred) + 1e-6);
    return std::sqrt(diffgen::detail::sigmoid(log_snr));
}

}  // namespace detail

/// The betas of a configuration, not yet rescaled.
[[nodiscard]] inline std::vector<double> betas(const config& c) {
    if (!c.trained_betas.empty()) return c.trained_betas;
    const int steps = c.num_train_timesteps;
    const double first = c.beta_start, last = c.beta_end;
    std::vector<double> b;
    switch (c.beta_schedule) {
        case beta_schedule::linear:
            return detail::linspace(first, last, steps);
        case beta_schedule::scaled_linear:
            b = detail::linspace(std::sqrt(first), std::sqrt(last), steps);
            for (double& each : b)
                each = product(each, each);
            return b;
        case beta_schedule::sigmoid:
            b = detail::linspace(-6, 6, steps);
            for (double& each : b)
                each = product(diffgen::detail::sigmoid(each), last - first) + first;
            return b;
        case beta_schedule::squaredcos_cap_v2:
            return detail::betas_along(steps, detail::cosine);
        case beta_schedule::laplace:
            return detail::betas_along(steps, detail::laplace);
        case beta_schedule::exp:
            break;
    }
    return detail::betas_along(steps, [](double u) { return std::exp(-12 * u); });
}

namespace detail {

/// The running product of 1 - beta.
inline std::vector<double> alpha_bars(const std::vector<double>& betas) {
    std::vector<double> a;
    double all = 1;
    for (const double b : betas)
        a.push_back(all = product(all, 1 - b));
    return a;
}

/// The betas with no signal left after the last (Lin et al. 2024, algorithm 1).
inline std::vector<double> rescaled(const std::vector<double>& betas) {
    std::vector<double> a = alpha_bars(betas);
    const double first = std::sqrt(a.front()), last = std::sqrt(a.back());
    for (double& each : a) {
        const double root = (std::sqrt(each) - last) * (first / (first - last));
        each = root * root;
    }
    std::vector<double> b{1 - a.front()};
    for (std::size_t i = 1; i < a.size(); ++i)
        b.push_back(1 - a[i] / a[i - 1]);
    return b;
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
