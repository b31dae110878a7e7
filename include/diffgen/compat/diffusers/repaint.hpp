// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// RePaintScheduler of diffusers (Lugmayr et al. 2022, RePaint: inpainting using denoising diffusion
// probabilistic models), step by step. Where a step is of several timesteps, its way back up takes
// the betas of other timesteps than those that it came down (the scheduler's undo_step), so that
// the state is at the wrong level; solver::restart is right.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/betas.hpp>
#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/read_config.hpp>
#include <diffgen/compat/diffusers/schedule.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/compat/unsupported.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/io/json_value.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The timesteps of a run, with repeats, and whether each is a step down (or the way back up).
struct repaint_timesteps {
    std::vector<int> values;
    std::vector<bool> is_step;
};

class repaint_scheduler {
  public:
    /// config: beta_start, beta_end, beta_schedule, trained_betas, num_train_timesteps and
    /// clip_sample count. Throws bad_argument where the betas make no schedule, or eta is not from
    /// 0 to 1.
    explicit repaint_scheduler(const config& c, double eta = 0)
        : betas_(diffusers::betas(c)), eta_(eta), clips_(c.clip_sample) {
        diffgen::detail::require(eta >= 0 && eta <= 1, "RePaintScheduler with eta = ", eta,
                                 "; must be from 0 to 1");
        detail::require_betas(c, betas_);
        alpha_bars_ = detail::alpha_bars(betas_);
    }

    /// The timesteps of n steps. After every jump_length steps the state goes up by as many and
    /// comes down again, so that it passes there jump_n_sample times. Throws bad_argument unless
    /// all are above 0, and n at most the number of training timesteps.
    [[nodiscard]] repaint_timesteps timesteps(int n, int jump_length = 10,
                                              int jump_n_sample = 10) const {
        const int train = static_cast<int>(betas_.size());
        n = std::min(train, n);
        diffgen::detail::require(n > 0 && jump_length > 0 && jump_n_sample > 0,
                                 "RePaintScheduler with 'num_inference_steps' = ", n,
                                 ", 'jump_length' = ", jump_length,
                                 " and 'jump_n_sample' = ", jump_n_sample, "; must be above 0");
        std::vector<int> jumps(static_cast<std::size_t>(n));
        for (int j = 0; j < n - jump_length; j += jump_length)
            jumps[static_cast<std::size_t>(j)] = jump_n_sample - 1;
        repaint_timesteps all;
        const auto append = [&](int t, bool is_step) {
            all.values.push_back(t * (train / n));
            all.is_step.push_back(is_step);
        };
        // what rises is an undoing of the timestep before; the first after a rise is a step at the
        // timestep that the rise has reached
        for (int t = n; t >= 1;) {
            append(--t, true);
            int& left = jumps[static_cast<std::size_t>(t)];
            if (left <= 0) continue;
            --left;
            for (int j = 0; j < jump_length; ++j)
                append(++t, false);
        }
        return all;
    }

    /// E[x_0] of the state at timestep t and the noise that the network finds in it, clipped where
    /// the configuration says so.
    [[nodiscard]] double denoised(double x, double eps, int t) const {
        const double signal = alpha_bar(t);
        const double d = (x - product(std::sqrt(1 - signal), eps)) / std::sqrt(signal);
        return clips_ ? std::min(1., std::max(-1., d)) : d;
    }

    /// x from timestep t to t - stride, in place: what is known there, and DDIM elsewhere. mask: 1
    /// where `original` is known; z: a normal each. Throws bad_shape where sizes differ.
    void step(std::span<double> x, std::span<const double> eps, int t, int stride,
              std::span<const double> original, std::span<const double> mask,
              std::span<const double> z) const {
        same_size(x.size(), {eps.size(), original.size(), mask.size(), z.size()});
        const double from = alpha_bar(t), to = t - stride >= 0 ? alpha_bar(t - stride) : 1;
        const double variance = (1 - to) / (1 - from) * (1 - from / to);
        const double deviation = eta_ * std::sqrt(variance);
        const double kept = std::sqrt(1 - to - product(deviation, deviation));
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double added = t > 0 ? product(deviation, z[i]) : 0.;
            const double unknown =
                product(std::sqrt(to), denoised(x[i], eps[i], t)) + product(kept, eps[i]) + added;
            const double known =
                product(std::sqrt(to), original[i]) + product(std::sqrt(1 - to), z[i]);
            x[i] = product(mask[i], known) + product(1 - mask[i], unknown);
        }
    }

    /// The way back up after the step at timestep t, in place: `stride` times a little noise, of
    /// the betas from t on. z: that many lists of normals, one after the other. (The state is at t
    /// - stride, so that the betas up to t would be right.) Throws bad_shape where sizes differ,
    /// and bad_argument above the last timestep.
    void undo(std::span<double> x, int t, int stride, std::span<const double> z) const {
        same_size(x.size() * static_cast<std::size_t>(std::max(stride, 0)), {z.size()});
        diffgen::detail::require(t >= 0 && t + stride <= static_cast<int>(betas_.size()),
                                 "RePaintScheduler: the timesteps from ", t, " to ", t + stride,
                                 " of ", betas_.size());
        for (int k = 0; k < stride; ++k) {
            const double beta = betas_[static_cast<std::size_t>(t) + static_cast<std::size_t>(k)];
            const std::span<const double> draw =
                z.subspan(static_cast<std::size_t>(k) * x.size(), x.size());
            for (std::size_t i = 0; i < x.size(); ++i)
                x[i] = product(std::sqrt(1 - beta), x[i]) + product(std::sqrt(beta), draw[i]);
        }
    }

    /// alpha^2 of a timestep.
    [[nodiscard]] double alpha_bar(int t) const {
        diffgen::detail::require(t >= 0 && t < static_cast<int>(alpha_bars_.size()),
                                 "RePaintScheduler: timestep ", t, " of ", alpha_bars_.size());
        return alpha_bars_[static_cast<std::size_t>(t)];
    }

  private:
    static void same_size(std::size_t n, std::initializer_list<std::size_t> others) {
        for (const std::size_t other : others)
            if (other != n)
                throw bad_shape(diffgen::detail::text("diffgen: RePaintScheduler: ", other,
                                                      " numbers beside ", n));
    }

    std::vector<double> betas_, alpha_bars_;
    double eta_;
    bool clips_;
};

/// The scheduler of a configuration, whose options are those of RePaintScheduler. Throws
/// compat::unsupported for another option, and what the constructor throws.
[[nodiscard]] inline repaint_scheduler read_repaint(const io::json& options) {
    config c;
    double eta = 0;
    for (const auto& [key, value] : options.members()) {
        if (key.starts_with('_')) continue;
        if (key == "eta")
            eta = options.get<double>(key);
        else if (key == "num_train_timesteps")
            c.num_train_timesteps = options.get<int>(key);
        else if (key == "clip_sample")
            c.clip_sample = options.get<bool>(key);
        else if (key == "beta_start")
            c.beta_start = options.get<double>(key);
        else if (key == "beta_end")
            c.beta_end = options.get<double>(key);
        else if (key == "beta_schedule")
            c.beta_schedule = named<diffusers::beta_schedule>(key, options.get<std::string>(key));
        else if (key == "trained_betas")
            detail::read_option(options, "trained_betas", c.trained_betas);
        else
            throw unsupported(
                diffgen::detail::text("diffgen: the option '", key, "' of RePaintScheduler"));
    }
    return repaint_scheduler(c, eta);
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
