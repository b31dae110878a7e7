// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The noise levels sigma / alpha of diffusers: the table over the training timesteps, and the ways
// to place n levels (Karras et al. 2022, eq. 5; equal factors; beta quantiles, Lee et al. 2024).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/betas.hpp>
#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/schedule.hpp>
#include <diffgen/core/beta_quantile.hpp>
#include <diffgen/core/lanes/scalar.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// sigma / alpha at the training timesteps 0, 1 .. T-1, growing.
class sigma_table {
  public:
    /// A last entry without signal is taken at alpha^2 = 2^-24. Throws what noise_schedule throws.
    explicit sigma_table(const config& c) {
        (void)noise_schedule(c);
        const std::vector<double> b = betas(c);
        std::vector<double> a =
            detail::alpha_bars(c.rescale_betas_zero_snr ? detail::rescaled(b) : b);
        if (c.rescale_betas_zero_snr) a.back() = 0x1p-24;
        for (const double each : a)
            values_.push_back(std::sqrt((1 - each) / each));
        if (!(values_.front() > 0 && std::isfinite(values_.back())))
            throw bad_argument(diffgen::detail::text(
                "diffgen: 'trained_betas' or 'beta_start' and 'beta_end' make the noise ",
                values_.front(), " at the first timestep and ", values_.back(),
                " at the last; it must be positive and finite"));
    }

    [[nodiscard]] double front() const { return values_.front(); }
    [[nodiscard]] double back() const { return values_.back(); }

    /// sigma at a timestep, linear between the entries; the nearest one outside.
    [[nodiscard]] double at(double timestep) const {
        const double last = static_cast<double>(values_.size() - 1);
        const double t = std::clamp(timestep, 0., last);
        const auto low = static_cast<std::size_t>(t), high = std::min(low + 1, values_.size() - 1);
        return values_[low] + product(t - static_cast<double>(low), values_[high] - values_[low]);
    }
    /// The timestep of a sigma, linear between the logarithms of the entries: the last one that is
    /// not above it, which counts where rescaled ones do not grow, and the one after. The nearest
    /// one outside.
    [[nodiscard]] double timestep(double sigma) const {
        if (values_.size() == 1) return 0;
        const double log_sigma = std::log(std::max(sigma, 1e-10));
        std::size_t low = values_.size() - 2;
        if (log_sigma < std::log(values_.back()))
            while (low > 0 && log_sigma < std::log(values_[low]))
                --low;
        const double from = std::log(values_[low]), to = std::log(values_[low + 1]);
        return static_cast<double>(low) + std::clamp((log_sigma - from) / (to - from), 0., 1.);
    }

  private:
    std::vector<double> values_;
};

namespace detail {

/// f(u) at n values of u from 0 to 1, both included; of one value, at 0.
template <class F>
std::vector<double> along(int n, F f) {
    std::vector<double> v;
    for (int i = 0; i < n; ++i)
        v.push_back(f(n > 1 ? static_cast<double>(i) / (n - 1) : 0.));
    return v;
}

}  // namespace detail

/// n falling levels from `first` to `last`, both included.
/// Throws bad_argument where rho is too close to 0.
[[nodiscard]] inline std::vector<double> karras_sigmas(double first, double last, int n,
                                                       double rho = 7) {
    const double a = std::pow(first, 1 / rho), b = std::pow(last, 1 / rho);
    if (!(std::isfinite(std::pow(a, rho)) && b > 0 && std::pow(a + (b - a), rho) > 0))
        throw bad_argument(diffgen::detail::text("diffgen: 'rho' = ", rho, " between the sigmas ",
                                                 first, " and ", last,
                                                 " leaves the numbers of a double"));
    return detail::along(n, [=](double u) { return std::pow(a + product(u, b - a), rho); });
}
[[nodiscard]] inline std::vector<double> exponential_sigmas(double first, double last, int n) {
    const double a = std::log(first), b = std::log(last);
    return detail::along(n, [=](double u) { return std::exp(u < 1 ? a + product(u, b - a) : b); });
}
[[nodiscard]] inline std::vector<double> beta_sigmas(double first, double last, int n) {
    return detail::along(
        n, [=](double u) { return last + product(beta_quantile(1 - u, 0.6, 0.6), first - last); });
}

/// Whether the configuration places its levels by one of the above.
/// Throws bad_argument where it asks for more than one.
[[nodiscard]] inline bool places_sigmas(const config& c) {
    const int asked =
        int{c.use_karras_sigmas} + int{c.use_exponential_sigmas} + int{c.use_beta_sigmas};
    if (asked > 1)
        throw bad_argument(
            "diffgen: only one of 'use_karras_sigmas', 'use_exponential_sigmas' and "
            "'use_beta_sigmas' can be true");
    return asked == 1;
}

/// n levels between `first` and `last`, or the configuration's own 'sigma_max' and 'sigma_min', as
/// its use_*_sigmas says.
[[nodiscard]] inline std::vector<double> placed_sigmas(const config& c, double first, double last,
                                                       int n) {
    const double high = c.sigma_max.value_or(first), low = c.sigma_min.value_or(last);
    if (c.use_karras_sigmas) return karras_sigmas(high, low, n);
    if (c.use_exponential_sigmas) return exponential_sigmas(high, low, n);
    return beta_sigmas(high, low, n);
}

/// The level after the last step.
[[nodiscard]] inline double final_sigma(const config& c, double sigma_min) {
    return c.final_sigmas_type == final_sigmas_type::zero ? 0. : sigma_min;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
