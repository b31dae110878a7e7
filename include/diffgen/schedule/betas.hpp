// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Discrete schedules from betas (Ho et al. 2020): abar_t = prod_{i <= t} (1 - beta_i).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/schedule/table.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::schedule {

/// log-SNR of every step of a variance-preserving chain with these betas, in (0, 1]; 1 only last.
/// Summed in log space, so that nothing cancels at the clean end. Throws bad_argument.
[[nodiscard]] inline std::vector<double> log_snr_of_betas(const std::vector<double>& betas) {
    std::vector<double> log_snr;
    log_snr.reserve(betas.size());
    double log_abar = 0;
    for (std::size_t i = 0; i < betas.size(); ++i) {
        if (!(betas[i] > 0 && betas[i] <= 1))
            throw bad_argument(detail::text("diffgen: betas[", i, "] of ", betas.size(), " is ",
                                            betas[i], "; each must be in (0, 1]"));
        if (betas[i] == 1 && i + 1 != betas.size())
            throw bad_argument(detail::text("diffgen: betas[", i, "] of ", betas.size(),
                                            " is 1, after which no signal is left; only the last "
                                            "beta may be 1"));
        log_abar += std::log1p(-betas[i]);
        log_snr.push_back(log_abar - detail::log1mexp(log_abar));
    }
    return log_snr;
}

/// A user's betas.
class betas : public table {
  public:
    explicit betas(const std::vector<double>& values) : table(log_snr_of_betas(values)) {}
};

namespace detail_betas {

inline int checked_steps(int steps) {
    if (steps < 1)
        throw bad_argument(detail::text("diffgen: a schedule of ", steps,
                                        " steps; it needs at least 1, mostly 1000"));
    return steps;
}

/// `steps` values f(u), u uniform over [0, 1] with both ends.
template <class F>
std::vector<double> sampled(int steps, F f) {
    std::vector<double> v(static_cast<std::size_t>(checked_steps(steps)));
    for (std::size_t i = 0; i < v.size(); ++i)
        v[i] = f(steps == 1 ? 0. : static_cast<double>(i) / (steps - 1));
    return v;
}

/// Betas between two ends, each at u in [0, 1], and the ends that the literature starts from.
struct linear_law {
    static constexpr double beta_start = 1e-4, beta_end = 0.02;
    static double beta(double u, double start, double end) {
        return start + product(u, end - start);
    }
};
struct scaled_linear_law {
    static constexpr double beta_start = 0.00085, beta_end = 0.012;
    static double beta(double u, double start, double end) {
        const double a = std::sqrt(start), b = std::sqrt(end);
        const double root = a + product(u, b - a);
        return root * root;
    }
};
struct sigmoid_law {
    static constexpr double beta_start = 1e-4, beta_end = 0.02;
    static double beta(double u, double start, double end) {
        return start + product(diffgen::detail::sigmoid(product(12., u) - 6), end - start);
    }
};
template <class Law>
std::vector<double> between(int steps, double start, double end) {
    return sampled(steps, [=](double u) { return Law::beta(u, start, end); });
}
inline std::vector<double> cosine(int steps, double s, double max_beta) {
    if (!(s >= 0 && std::isfinite(s) && max_beta > 0 && max_beta <= 1))
        throw bad_argument(detail::text("diffgen: a cosine schedule with s = ", s,
                                        " and max_beta = ", max_beta,
                                        "; s must be 0 or more, max_beta in (0, 1]"));
    const auto abar = [s](double u) {
        const double c = std::cos((u + s) / (1 + s) * 1.5707963267948966);
        return c * c;
    };
    std::vector<double> v;
    v.reserve(static_cast<std::size_t>(checked_steps(steps)));
    for (int i = 0; i < steps; ++i) {
        const double from = static_cast<double>(i) / steps, to = (i + 1.0) / steps;
        v.push_back(std::min(1 - abar(to) / abar(from), max_beta));
    }
    return v;
}

inline void require_own(const table& entries, int steps) {
    if (entries.discrete_steps() != steps)
        throw bad_argument(detail::text("diffgen: a schedule of ", steps, " steps whose table has ",
                                        entries.discrete_steps(),
                                        "; its constants are given when it is made"));
}

}  // namespace detail_betas

/// beta from beta_start to beta_end, as a law says.
template <class Law>
struct between_betas {
    int steps = 1000;
    double beta_start = Law::beta_start, beta_end = Law::beta_end;
    /// What follows from the constants; not to be set.
    table entries{log_snr_of_betas(detail_betas::between<Law>(steps, beta_start, beta_end))};

    /// Throws bad_argument where `steps` was changed after the table was made.
    void check() const { detail_betas::require_own(entries, steps); }
    [[nodiscard]] double log_snr(double t) const { return entries.log_snr(t); }
    [[nodiscard]] double log_snr_rate(double t) const { return entries.log_snr_rate(t); }
    [[nodiscard]] double time(double log_snr) const { return entries.time(log_snr); }
    [[nodiscard]] static double t_min() { return table::t_min(); }
    [[nodiscard]] double t_max() const { return entries.t_max(); }
    [[nodiscard]] static double t_clean() { return table::t_clean(); }
    [[nodiscard]] int discrete_steps() const { return entries.discrete_steps(); }
    operator const table&() const { return entries; }
};

/// beta linear in the step (Ho et al. 2020).
using linear = between_betas<detail_betas::linear_law>;
/// sqrt(beta) linear in the step (Rombach et al. 2022, latent diffusion).
using scaled_linear = between_betas<detail_betas::scaled_linear_law>;
/// beta follows a logistic curve over [-6, 6] (GeoDiff, Xu et al. 2022).
using sigmoid = between_betas<detail_betas::sigmoid_law>;

/// abar follows cos^2((u + s) / (1 + s) pi / 2), beta capped (Nichol and Dhariwal 2021, eq. 17).
struct cosine {
    int steps = 1000;
    double s = 0.008, max_beta = 0.999;
    /// What follows from the constants; not to be set.
    table entries{log_snr_of_betas(detail_betas::cosine(steps, s, max_beta))};

    /// Throws bad_argument where `steps` was changed after the table was made.
    void check() const { detail_betas::require_own(entries, steps); }
    [[nodiscard]] double log_snr(double t) const { return entries.log_snr(t); }
    [[nodiscard]] double log_snr_rate(double t) const { return entries.log_snr_rate(t); }
    [[nodiscard]] double time(double log_snr) const { return entries.time(log_snr); }
    [[nodiscard]] static double t_min() { return table::t_min(); }
    [[nodiscard]] double t_max() const { return entries.t_max(); }
    [[nodiscard]] static double t_clean() { return table::t_clean(); }
    [[nodiscard]] int discrete_steps() const { return entries.discrete_steps(); }
    operator const table&() const { return entries; }
};

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>
