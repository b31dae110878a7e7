// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A schedule given by a table of log signal-to-noise ratios at the times 0, 1 .. T-1: what a user's
// betas or sigmas become, and the base of every discrete schedule.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::schedule {

/// Times run over [-1, T-1]: index i is the i-th entry, -1 is the clean end. Between entries the
/// log-SNR is linear (as k-diffusion, linear in log sigma); between -1 and 0, sigma / alpha is, and
/// towards a last entry without signal, alpha / sigma.
class table {
  public:
    /// log_snr: strictly decreasing, finite but for a last entry of -inf (zero terminal SNR).
    /// Throws bad_argument with the first offending entry.
    explicit table(std::vector<double> log_snr) : log_snr_(std::move(log_snr)) {
        if (log_snr_.empty())
            throw bad_argument("diffgen: a schedule of no entries; it needs at least one");
        for (std::size_t i = 0; i < log_snr_.size(); ++i) {
            const bool last = i + 1 == log_snr_.size();
            const bool finite = std::isfinite(log_snr_[i]);
            if (!finite && !(last && log_snr_[i] == -detail::infinity))
                throw bad_argument(detail::text("diffgen: the log-SNR of schedule entry ", i,
                                                " is ", log_snr_[i],
                                                "; it must be finite, only the last may be -inf"));
            if (i > 0 && !(log_snr_[i] < log_snr_[i - 1]))
                throw bad_argument(detail::text(
                    "diffgen: noise must grow along a schedule, but the log-SNR of entry ", i,
                    " is ", log_snr_[i], " after ", log_snr_[i - 1], "; it must fall"));
        }
    }

    [[nodiscard]] double log_snr(double t) const {
        require_inside(t);
        if (t <= -1) return detail::infinity;
        if (t < 0) return log_snr_.front() - 2 * std::log1p(t);
        const auto [i, w] = locate(t);
        if (w == 0) return log_snr_[i];
        if (fades(i)) return log_snr_[i] + 2 * std::log1p(-w);
        return log_snr_[i] + product(w, log_snr_[i + 1] - log_snr_[i]);
    }
    [[nodiscard]] double log_snr_rate(double t) const {
        require_inside(t);
        if (t < 0 || log_snr_.size() == 1) return -2 / (1 + t);
        const std::size_t i = std::min(locate(t).index, log_snr_.size() - 2);
        if (fades(i)) return -2 / (t_max() - t);
        return log_snr_[i + 1] - log_snr_[i];
    }
    /// The time at which the log-SNR is `l`; inverse of log_snr. Noisier than the last entry (a
    /// churned state) it is the last time, as in k-diffusion.
    [[nodiscard]] double time(double l) const {
        if (l == detail::infinity) return -1;
        if (l > log_snr_.front()) return std::expm1(0.5 * (log_snr_.front() - l));
        if (l <= log_snr_.back()) return t_max();
        // first entry <= l, in a table that falls
        const auto at = std::lower_bound(log_snr_.begin(), log_snr_.end(), l,
                                         [](double entry, double value) { return entry > value; });
        const auto i = static_cast<std::size_t>(at - log_snr_.begin());
        if (log_snr_[i] == l) return static_cast<double>(i);
        if (fades(i - 1))
            return static_cast<double>(i - 1) - std::expm1(0.5 * (l - log_snr_[i - 1]));
        return static_cast<double>(i) - (l - log_snr_[i]) / (log_snr_[i - 1] - log_snr_[i]);
    }
    [[nodiscard]] static double t_min() { return 0; }
    [[nodiscard]] double t_max() const { return static_cast<double>(log_snr_.size() - 1); }
    [[nodiscard]] static double t_clean() { return -1; }
    /// Number of entries (the training steps T).
    [[nodiscard]] int discrete_steps() const { return static_cast<int>(log_snr_.size()); }

  private:
    struct place {
        std::size_t index;
        double weight;
    };
    [[nodiscard]] place locate(double t) const {
        const double floor = std::floor(t);
        return {static_cast<std::size_t>(floor), t - floor};
    }
    /// Whether the entry after i has no signal.
    [[nodiscard]] bool fades(std::size_t i) const { return std::isinf(log_snr_[i + 1]); }
    void require_inside(double t) const {
        if (!(t >= -1 && t <= t_max()))
            throw bad_argument(detail::text("diffgen: time ", detail::exactly(t),
                                            " lies outside the schedule's [", -1, ", ", t_max(),
                                            "]"));
    }

    std::vector<double> log_snr_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>
