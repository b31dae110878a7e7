// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The samplers of distilled models in diffusers: LCMScheduler (Luo et al. 2023), TCDScheduler
// (Zheng et al. 2024) and CMStochasticIterativeScheduler (Song et al. 2023, algorithm 1).

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/estimate.hpp>
#include <diffgen/compat/diffusers/sigmas.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::compat::diffusers {

/// n of the timesteps of the distillation, falling: of LCMScheduler and TCDScheduler.
/// Throws bad_argument where there are fewer.
[[nodiscard]] inline std::vector<int> distilled_timesteps(const config& c, int n,
                                                          double strength = 1) {
    const int T = c.num_train_timesteps, original = c.original_inference_steps;
    if (original > T || original < 0 || (original == 0 && c.scheduler != scheduler::tcd))
        throw bad_argument(diffgen::detail::text("diffgen: 'original_inference_steps' is ",
                                                 original, " of ", T, " 'num_train_timesteps'"));
    const int stride = original > 0 ? T / original : 1;
    const int count = static_cast<int>((original > 0 ? original : T) * strength);
    if (n < 1 || n > count)
        throw bad_argument(diffgen::detail::text("diffgen: ", n, " inference steps of ", count,
                                                 " timesteps of the distillation"));
    const double step = static_cast<double>(count) / n;
    std::vector<int> t;
    for (int i = 0; i < n; ++i)
        t.push_back((count - static_cast<int>(i * step)) * stride - 1);
    return t;
}

/// LCMScheduler: the estimate, noised to the next timestep. Noise: 1 draw but in the last step.
struct lcm {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    double timestep_scaling = 10;
    bool set_alpha_to_one = true;

    explicit lcm(const config& c)
        : timestep_scaling(c.timestep_scaling), set_alpha_to_one(c.set_alpha_to_one) {}

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        constexpr double sigma_data = 0.5;
        const noise_level& from = s.from();
        const double t = timestep_scaling * from.t, norm = std::hypot(t, sigma_data);
        const double skip = sigma_data / norm * (sigma_data / norm);
        const linear_form data = t / norm * D + skip * x;
        stage out = evaluate(from);
        if (s.index + 1 == s.count()) return out.write(0, data);
        const noise_level to =
            level_or_end(s.process, static_cast<int>(s.to().t), set_alpha_to_one);
        out.draws = 1;
        return out.write(0, to.alpha * data + to.sigma * z);
    }
};

/// TCDScheduler: DDIM to a timestep below the next one, then noise up to that. Its predictor is
/// predicts(output, net): nothing is clipped. Noise: 1 draw where eta > 0 but in the last step.
struct tcd {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    model_output output{};
    bool set_alpha_to_one = true;
    double eta = 0.3;  ///< the part of the next timestep that is noise

    /// Throws bad_argument unless 0 <= eta <= 1.
    explicit tcd(const config& c, double e = 0.3)
        : output{c.prediction_type}, set_alpha_to_one(c.set_alpha_to_one), eta(e) {
        detail::require_range(e >= 0 && e <= 1, "eta", e, "between 0 and 1");
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level& from = s.from();
        const bool last = s.index + 1 == s.count();
        const int next = last ? 0 : static_cast<int>(s.to().t);
        const noise_level below =
            indexed_level(s.process, static_cast<int>(std::floor((1 - eta) * next)));
        const linear_form noised = below.alpha * D + below.sigma * output.noise(from);
        stage out = evaluate(from);
        if (last || !(eta > 0)) return out.write(0, noised);
        const double kept = level_or_end(s.process, next, set_alpha_to_one).alpha / below.alpha;
        out.draws = 1;
        return out.write(0, kept * noised + std::sqrt(1 - kept * kept) * z);
    }
};

/// What a consistency model outputs: EDM's preconditioned network, whose estimate at sigma_min is
/// its input (Song et al. 2023, appendix C).
struct consistency_output {
    static constexpr const char* name = "diffusers' consistency model";
    static constexpr bool scales_input = true;
    double sigma_data = 0.5, sigma_min = 0.002;

    [[nodiscard]] conversion to_denoised(const noise_level& l) const {
        const double d2 = sigma_data * sigma_data, above = l.t - sigma_min;
        const double norm = std::sqrt(l.t * l.t + d2);
        return {1 / norm, d2 / (above * above + d2), above * sigma_data / norm};
    }
};

/// 250 log sigma.
struct consistency_time {
    [[nodiscard]] double operator()(const noise_level& l) const {
        return 250 * std::log(l.t + 1e-44);
    }
};

/// The levels of CMStochasticIterativeScheduler on schedule::edm, whose time is sigma.
struct consistency_sigmas {
    static constexpr bool may_rise = true;  ///< the last two can be equal
    std::vector<double> values;

    /// At falling timesteps below T, which count from the noisiest level. Throws bad_argument.
    consistency_sigmas(const config& c, const std::vector<int>& timesteps) {
        const int T = c.num_train_timesteps;
        const auto all = karras_sigmas(*c.sigma_max, *c.sigma_min, T, c.rho);
        for (auto t = timesteps.rbegin(); t != timesteps.rend(); ++t) {
            if (*t < 0 || *t >= T || (t != timesteps.rbegin() && *t <= *(t - 1)))
                throw bad_argument(diffgen::detail::text("diffgen: timestep ", *t, " of ", T,
                                                         "; they must fall and lie in range"));
            values.push_back(all[static_cast<std::size_t>(*t)]);
        }
        values.push_back(*c.sigma_min);
    }
    /// At n of them, T / n (whole division) apart.
    consistency_sigmas(const config& c, int n) : consistency_sigmas(c, every(stride_of(c, n), n)) {}

    [[nodiscard]] std::vector<noise_level> levels(const any_process& p, int /*steps*/) const {
        std::vector<noise_level> l;
        for (const double sigma : values)
            l.push_back(p.level(std::min(sigma, p.t_max())));
        return l;
    }

  private:
    [[nodiscard]] static std::vector<int> every(int stride, int n) {
        std::vector<int> t;
        for (int i = n - 1; i >= 0; --i)
            t.push_back(i * stride);
        return t;
    }
};

/// The predictor of CMStochasticIterativeScheduler.
template <class Net>
[[nodiscard]] auto consistency_predictor(const config& c, Net net) {
    const double bound = c.clip_denoised ? 1. : diffgen::detail::infinity;
    return clipped{predicts(consistency_output{c.sigma_data, *c.sigma_min}, std::move(net),
                            consistency_time{}),
                   -bound, bound};
}

/// CMStochasticIterativeScheduler on kernel::variance_exploding: the estimate, noised to the next
/// level. Noise: 1 draw a step, also in the last, unless there is only one step.
struct cm_stochastic_iterative {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    double s_noise = 1;
    double sigma_min = 0.002, sigma_max = 80;

    explicit cm_stochastic_iterative(const config& c)
        : s_noise(c.s_noise), sigma_min(*c.sigma_min), sigma_max(*c.sigma_max) {}

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        const double sigma = std::clamp(s.to().t, sigma_min, sigma_max);
        stage out = evaluate(s.from());
        out.draws = s.count() > 1 ? 1 : 0;
        const double added = std::sqrt(sigma * sigma - sigma_min * sigma_min);
        return out.write(0, symbol::D + s_noise * added * symbol::z);
    }
};

}  // namespace diffgen::compat::diffusers
