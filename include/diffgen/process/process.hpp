// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a schedule and a forward kernel give together: levels, and the SDE
// dx = f(t) x dt + g(t) dw (Song et al. 2021) with f = (d log alpha / d lambda) lambda'(t) and
// g^2 = -sigma^2 lambda'(t), lambda = log(alpha^2 / sigma^2), for every kernel.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>

#include <cmath>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

template <class Schedule, class Kernel>
struct process {
    Schedule schedule{};
    Kernel kernel{};

    process() = default;
    process(Schedule s, Kernel k) : schedule(std::move(s)), kernel(std::move(k)) {}

    /// The level at time t, from the clean end to t_max.
    /// Throws bad_argument outside, and where alpha or sigma is not finite.
    [[nodiscard]] noise_level level(double t) const {
        if (!(t >= t_clean() && t <= t_max()))
            throw bad_argument(detail::text("diffgen: time ", detail::exactly(t),
                                            " lies outside the schedule, which runs from ",
                                            detail::exactly(t_clean()), " (clean) to ",
                                            detail::exactly(t_max())));
        return make(t, schedule.log_snr(t));
    }

    /// The level with this log-SNR. A churned state can be noisier than the schedule's end: whether
    /// there is such a level is up to the schedule's time(), and without one there is not.
    /// Throws bad_argument where the schedule has no time for it, or alpha or sigma is not finite.
    [[nodiscard]] noise_level level_of_log_snr(double log_snr) const {
        return make(time(log_snr), log_snr);
    }

    /// Throws bad_argument where the constants of a part make no sense, or noise does not grow.
    void check() const {
        detail::check(schedule);
        detail::check(kernel);
        const double from = t_min(), to = t_max();
        detail::require(std::isfinite(from) && std::isfinite(to) && from <= to,
                        "a schedule from t_min = ", from, " to t_max = ", to,
                        "; both must be finite, the noisy end last");
        for (const double t : {from, to})
            detail::require(schedule.log_snr_rate(t) <= 0,
                            "the log-SNR of a schedule must fall, but its "
                            "rate at t = ",
                            t, " is ", schedule.log_snr_rate(t));
        detail::require(schedule.log_snr(to) <= schedule.log_snr(from),
                        "the log-SNR of a schedule must fall, but goes from ",
                        schedule.log_snr(from), " at t = ", from, " to ", schedule.log_snr(to),
                        " at t = ", to);
    }

    /// The end without noise: alpha = 1, sigma = 0. Its time is the schedule's, or t_min where the
    /// noise of a schedule never vanishes.
    [[nodiscard]] noise_level clean() const { return {t_clean(), detail::infinity, 1, 0, 0}; }

    /// Inverse of the schedule: its own, or bisection between t_clean and t_max to the last bit.
    /// Throws bad_argument when the log-SNR lies outside the schedule.
    [[nodiscard]] double time(double log_snr) const {
        if constexpr (requires { schedule.time(log_snr); }) {
            return schedule.time(log_snr);
        } else {
            double low = t_clean(), high = schedule.t_max();
            if (log_snr == schedule.log_snr(low)) return low;
            if (!(log_snr <= schedule.log_snr(low) && log_snr >= schedule.log_snr(high)))
                throw bad_argument(detail::text("diffgen: no time of the schedule has the log-SNR ",
                                                log_snr, "; it runs from ", schedule.log_snr(low),
                                                " to ", schedule.log_snr(high)));
            for (double mid = low + 0.5 * (high - low); mid > low && mid < high;
                 mid = low + 0.5 * (high - low))
                (schedule.log_snr(mid) >= log_snr ? low : high) = mid;
            return low;
        }
    }

    /// f(t) of the SDE.
    [[nodiscard]] double drift(double t) const {
        return product(kernel.log_alpha_rate(schedule.log_snr(t)), schedule.log_snr_rate(t));
    }
    /// g(t)^2 of the SDE.
    [[nodiscard]] double diffusion_squared(double t) const {
        const double sigma = kernel.level(schedule.log_snr(t)).sigma;
        return product(-sigma * sigma, schedule.log_snr_rate(t));
    }

    [[nodiscard]] double t_min() const { return schedule.t_min(); }
    [[nodiscard]] double t_max() const { return schedule.t_max(); }
    [[nodiscard]] double t_clean() const {
        if constexpr (requires { schedule.t_clean(); })
            return schedule.t_clean();
        else
            return schedule.t_min();
    }

  private:
    [[nodiscard]] noise_level make(double t, double log_snr) const {
        const auto [alpha, sigma] = kernel.level(log_snr);
        if (!(std::isfinite(alpha) && std::isfinite(sigma) && alpha >= 0 && sigma >= 0))
            throw bad_argument(detail::text("diffgen: the noise level at t = ", t, " (log-SNR ",
                                            log_snr, ") has alpha = ", alpha, ", sigma = ", sigma));
        return {t, log_snr, alpha, sigma, t};
    }
};

template <class Schedule, class Kernel>
process(Schedule, Kernel) -> process<Schedule, Kernel>;

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
