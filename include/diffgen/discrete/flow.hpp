// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Discrete flow matching with mixture paths (Gat et al. 2024; Campbell et al. 2024): at time t,
// from 0 (source) to 1 (data), an element shows its datum x_1 with probability kappa(t), otherwise
// its source level. Formulas for one element.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/discrete/distribution.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

/// kappa(t) = t^power; power 1 is the straight path of optimal transport.
struct power_path {
    double power = 1;

    [[nodiscard]] double kappa(double t) const { return std::pow(t, power); }
    [[nodiscard]] double kappa_rate(double t) const { return power * std::pow(t, power - 1); }
    /// kappa' / (1 - kappa): the rate at which elements that show their source turn to their datum.
    [[nodiscard]] double rate(double t) const { return kappa_rate(t) / (1 - kappa(t)); }
    void check() const {
        diffgen::detail::require(diffgen::detail::is_positive(power), "a path of the power ", power,
                                 "; must be above 0");
    }
};

/// The rates of xt to every level where the datum is x1, 0 for xt itself: those of the path, plus
/// `turnover` times rates that leave its marginals as they are (Gat et al. 2024, corrector
/// sampling), for which `source` is the distribution at t = 0; it may be empty at turnover = 0.
/// Throws bad_argument, bad_shape.
template <class Path>
[[nodiscard]] std::vector<double> flow_rates(const Path& path, double t, int states, int xt, int x1,
                                             double turnover = 0, numbers source = {}) {
    diffgen::detail::require(xt >= 0 && xt < states && x1 >= 0 && x1 < states, "levels ", xt,
                             " and ", x1, " of ", states, " states");
    diffgen::detail::require(turnover >= 0, "a turnover of ", turnover, "; must not be negative");
    const double k = path.kappa(t), rate = path.rate(t);
    std::vector<double> u(static_cast<std::size_t>(states));
    u[static_cast<std::size_t>(x1)] = rate;
    if (turnover > 0) {
        if (source.size() != u.size())
            throw bad_shape(diffgen::detail::text("diffgen: a source of ", source.size(),
                                                  " probabilities for ", states, " states"));
        for (int y = 0; y < states; ++y) {
            const auto i = static_cast<std::size_t>(y);
            u[i] += turnover * rate / k * ((1 - k) * source[i] + (y == x1 ? k : 0));
        }
    }
    u[static_cast<std::size_t>(xt)] = 0;
    return u;
}

/// A step of length h with constant rates: the level jumps with probability 1 - e^(-h lambda),
/// where lambda is the sum of the rates, to a level in proportion to its rate.
[[nodiscard]] inline std::vector<double> jumped(numbers rates, int xt, double h) {
    double sum = 0;
    for (const double r : rates)
        sum += r;
    std::vector<double> p(rates.begin(), rates.end());
    if (sum > 0)
        for (double& v : p)
            v *= -std::expm1(-h * sum) / sum;
    p[static_cast<std::size_t>(xt)] += std::exp(-h * sum);
    return p;
}

/// The law of a step whose datum is first drawn from `clean`, p(x_1 | x_t), and whose jump has the
/// rates of that datum: the mixture over x_1 of `jumped`.
template <class Path>
[[nodiscard]] std::vector<double> flow_step(const Path& path, double t, double h, int xt,
                                            numbers clean, double turnover = 0,
                                            numbers source = {}) {
    const int states = static_cast<int>(clean.size());
    std::vector<double> p(clean.size());
    for (int x1 = 0; x1 < states; ++x1) {
        const auto given = jumped(flow_rates(path, t, states, xt, x1, turnover, source), xt, h);
        for (std::size_t y = 0; y < p.size(); ++y)
            p[y] += clean[static_cast<std::size_t>(x1)] * given[y];
    }
    return p;
}

/// The marginal velocity kappa' / (1 - kappa) (clean - onehot(xt)) (Gat et al. 2024, eq. 22).
template <class Path>
[[nodiscard]] std::vector<double> flow_velocity(const Path& path, double t, int xt, numbers clean) {
    std::vector<double> v(clean.begin(), clean.end());
    v[static_cast<std::size_t>(xt)] -= 1;
    for (double& each : v)
        each *= path.rate(t);
    return v;
}

/// The generalised divergence of the rates of a network from those of the datum (Shaul et al. 2025,
/// eq. 33): with `clean` = softmax(logits), -kappa' / (1 - kappa) (clean(xt) - [xt = x1] +
/// [xt != x1] log clean(x1)), in nats. Its mean over x_1, t and x_t bounds the negative
/// log-likelihood.
template <class Path>
[[nodiscard]] double generalised_divergence(const Path& path, double t, int xt, int x1,
                                            numbers log_clean) {
    const double stays = std::exp(log_clean[static_cast<std::size_t>(xt)]);
    return -path.rate(t) * (xt == x1 ? stays - 1 : stays + log_clean[static_cast<std::size_t>(x1)]);
}

/// Its gradient with respect to the logits.
template <class Path>
[[nodiscard]] std::vector<double> generalised_divergence_gradient(const Path& path, double t,
                                                                  int xt, int x1,
                                                                  numbers log_clean) {
    std::vector<double> g;
    for (const double v : log_clean)
        g.push_back(std::exp(v));
    const double stays = g[static_cast<std::size_t>(xt)];
    for (std::size_t y = 0; y < g.size(); ++y) {
        const double is_xt = y == static_cast<std::size_t>(xt),
                     is_x1 = y == static_cast<std::size_t>(x1);
        const double of_stays = stays * (is_xt - g[y]);
        g[y] = -path.rate(t) * (of_stays + (xt == x1 ? 0 : is_x1 - g[y]));
    }
    return g;
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>
