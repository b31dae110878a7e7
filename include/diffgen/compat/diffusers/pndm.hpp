// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// PNDMScheduler and IPNDMScheduler of diffusers: pseudo numerical methods (Liu et al. 2022), which
// move along DDIM's step with a mean of outputs. A network call is a step here, as in the peer.

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/estimate.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace diffgen::compat::diffusers {

namespace detail {

/// Values of earlier calls in three registers from `first` on.
struct history {
    int first;

    /// The register of value i.
    [[nodiscard]] int slot(int i) const { return first + i % 3; }

    /// The Adams-Bashforth mean of value i, `newest`, and the up to three before it: of constant
    /// steps, whatever the steps are.
    [[nodiscard]] linear_form mean(const linear_form& newest, int i) const {
        static constexpr double weights[4][4] = {{1},
                                                 {3. / 2, -1. / 2},
                                                 {23. / 12, -16. / 12, 5. / 12},
                                                 {55. / 24, -59. / 24, 37. / 24, -9. / 24}};
        const int before = std::min(i, 3);
        linear_form sum = weights[before][0] * newest;
        for (int k = 1; k <= before; ++k)
            sum += weights[before][k] * symbol::reg(slot(i - k));
        return sum;
    }
};

}  // namespace detail

/// The timesteps of the network calls. After a start by Runge-Kutta steps (three, of four calls) or
/// by one step with two calls (skip_prk_steps), a call a step.
/// Throws bad_argument where there are fewer than 4 timesteps for Runge-Kutta steps.
[[nodiscard]] inline std::vector<int> pndm_timesteps(const config& c, int n) {
    std::vector<int> t = spaced_timesteps(c, n);
    if (c.skip_prk_steps) {
        if (t.size() > 1) t.insert(t.begin() + 1, t[1]);
        return t;
    }
    if (t.size() < 4)
        throw bad_argument(diffgen::detail::text(
            "diffgen: ", n, " steps of PNDMScheduler; at least 4 without 'skip_prk_steps'"));
    const int half = stride_of(c, n) / 2;
    std::vector<int> calls;
    for (std::size_t i = 0; i < 3; ++i)
        calls.insert(calls.end(), {t[i], t[i + 1] + half, t[i + 1] + half, t[i + 1]});
    calls.insert(calls.end(), t.begin() + 3, t.end());
    return calls;
}

/// PNDMScheduler on pndm_timesteps. Its predictor is predicts(output, net): nothing is clipped.
/// Noise: none.
struct pndm {
    static constexpr int registers = 6;  ///< state, step's start, Runge-Kutta sum, three outputs
    static constexpr int rows = 4;
    static constexpr int draws = 0;

    model_output output{};
    int stride = 1;  ///< T / n
    bool set_alpha_to_one = false;
    bool skip_prk_steps = false;

    /// Throws bad_argument for predictions that the scheduler has not.
    pndm(const config& c, int n)
        : output{c.prediction_type},
          stride(stride_of(c, n)),
          set_alpha_to_one(c.set_alpha_to_one),
          skip_prk_steps(c.skip_prk_steps) {
        if (c.prediction_type == prediction_type::sample)
            throw bad_argument(
                "diffgen: 'prediction_type' is 'sample', which PNDMScheduler has not");
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        return !skip_prk_steps && s.index < 12 ? runge_kutta(s) : multistep(s);
    }

  private:
    static constexpr detail::history outputs{3};

    [[nodiscard]] stage runge_kutta(const step& s) const {
        using namespace symbol;
        const int call = s.index % 4, t = static_cast<int>(s.from().t);
        const int start = static_cast<int>(s.level(s.index - call).t);
        const int to = call % 2 == 0 ? t - stride / 2 : t;
        stage out = evaluate(s.from());
        if (call == 0)
            return out.write(0, moved(s, start, to, x, network))
                .write(1, x)
                .write(2, network / 6)
                .write(outputs.slot(s.index / 4), network);
        if (call == 3) return out.write(0, moved(s, start, to, reg(1), reg(2) + network / 6));
        return out.write(0, moved(s, start, to, reg(1), network)).write(2, reg(2) + network / 3);
    }

    [[nodiscard]] stage multistep(const step& s) const {
        using namespace symbol;
        const int t = static_cast<int>(s.from().t);
        stage out = evaluate(s.from());
        if (skip_prk_steps && s.index == 1)  // the first step again
            return out.write(0,
                             moved(s, t + stride, t, reg(1), (network + reg(outputs.slot(0))) / 2));
        const int i = skip_prk_steps ? std::max(s.index - 1, 0) : s.index - 9;
        out.write(0, moved(s, t, t - stride, x, outputs.mean(network, i)));
        if (s.index == 0) out.write(1, x);
        return out.write(outputs.slot(i), network);
    }

    /// DDIM's step of a state between two timesteps, with this output of the network (eq. 11).
    [[nodiscard]] linear_form moved(const step& s, int from_timestep, int to_timestep,
                                    const linear_form& state, const linear_form& net) const {
        const noise_level from = indexed_level(s.process, from_timestep);
        const noise_level to = level_or_end(s.process, to_timestep, set_alpha_to_one);
        const linear_form eps = output.type == prediction_type::v_prediction
                                    ? from.alpha * net + from.sigma * state
                                    : net;
        return to.alpha / from.alpha * (state - from.sigma * eps) + to.sigma * eps;
    }
};

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
        if (!sigmas.empty()) return;
        if (n < 1) throw bad_argument(diffgen::detail::text("diffgen: ", n, " inference steps"));
        for (int i = n; i >= 0; --i) {
            const double root = std::sin(quarter_circle::half_pi * i / n);
            sigmas.push_back(root * root);
        }
    }

    [[nodiscard]] std::vector<noise_level> levels(const any_process& p, int /*steps*/) const {
        std::vector<noise_level> l;
        for (const double sigma : sigmas)
            l.push_back(
                p.level(std::atan2(sigma, std::sqrt(1 - sigma * sigma)) / quarter_circle::half_pi));
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
        constexpr detail::history outputs{1};
        const noise_level &from = s.from(), &to = s.to();
        const linear_form noise = from.alpha * network + from.sigma * x;
        const linear_form mean = outputs.mean(noise, s.index);
        const linear_form data = (x - from.sigma * mean) / std::max(from.alpha, 1e-8);
        return evaluate(from)
            .write(0, to.alpha * data + to.sigma * mean)
            .write(outputs.slot(s.index), noise);
    }
};

}  // namespace diffgen::compat::diffusers
