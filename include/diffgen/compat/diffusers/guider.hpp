// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guiders of diffusers, step by step: their rules with the weights and bases that they take,
// which for adaptive projection are not the paper's.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/axis_groups.hpp>
#include <diffgen/compat/diffusers/guider_options.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/guidance/adaptive_projection.hpp>
#include <diffgen/guidance/magnitude_aware.hpp>
#include <diffgen/guidance/merging.hpp>
#include <diffgen/guidance/rescaled_guidance.hpp>
#include <diffgen/guidance/tangential.hpp>
#include <diffgen/guidance/zero_star.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// phi g std(c) / std(g) + (1 - phi) g, of `items` samples one after the other. Where g is
/// constant, and so without deviation, diffusers comes to infinity or NaN, and so does this.
/// Throws bad_shape where sizes differ.
inline void rescale_noise_cfg(std::span<double> g, std::span<const double> c, std::size_t items,
                              double phi) {
    if (items == 0 || g.size() != c.size() || g.size() % items != 0)
        throw bad_shape(diffgen::detail::text("diffgen: rescaling of ", g.size(), " numbers by ",
                                              c.size(), ", ", items, " samples"));
    const std::size_t n = g.size() / items;
    for (std::size_t item = 0; item < items; ++item) {
        double* const merged = g.data() + item * n;
        const double* const conditional = c.data() + item * n;
        const double of_c = std::sqrt(
            diffgen::detail::squared_deviations(n, [&](std::size_t i) { return conditional[i]; }));
        const double of_g = std::sqrt(
            diffgen::detail::squared_deviations(n, [&](std::size_t i) { return merged[i]; }));
        for (std::size_t i = 0; i < n; ++i) {
            const double rescaled = merged[i] * (of_c / of_g);
            merged[i] = product(phi, rescaled) + product(1 - phi, merged[i]);
        }
    }
}

/// A guider for tensors of one shape, batch first, over one run of n steps. It has the state of
/// the run (the momentum), so that a run needs one of its own.
class guider {
  public:
    /// Throws bad_argument where the options make no sense, bad_shape for an empty shape and for
    /// axes that it does not have.
    guider(guider_options options, std::vector<std::size_t> shape, int num_inference_steps)
        : o_(std::move(options)),
          shape_(std::move(shape)),
          steps_(num_inference_steps),
          groups_(axes_of_norms(o_, shape_), shape_) {
        o_.check();
    }

    /// Whether the guidance is on in a step, counted from 0, so that both outputs are needed.
    [[nodiscard]] bool is_on(int step) const {
        const int first = static_cast<int>(o_.start * steps_),
                  end = static_cast<int>(o_.stop * steps_);
        const double none = o_.use_original_formulation ? 0 : 1, w = o_.guidance_scale;
        const bool is_close = std::abs(w - none) <= 1e-9 * std::max(std::abs(w), none);
        return first <= step && step < end && !is_close;
    }
    /// How many conditions the network is asked under.
    [[nodiscard]] int conditions(int step) const { return is_on(step) ? 2 : 1; }

    /// What the solver is given in a step, from the conditional output and the unconditional one;
    /// the latter is not read where the guidance is off. To be called once a step, in their order.
    /// Throws bad_shape where sizes are not that of the shape.
    [[nodiscard]] std::vector<double> operator()(int step, std::span<const double> cond,
                                                 std::span<const double> uncond) {
        const std::size_t items = shape_.front(), n = groups_.size() / items;
        const bool on = is_on(step);
        if (cond.size() != groups_.size() || (on && uncond.size() != groups_.size()))
            throw bad_shape(diffgen::detail::text("diffgen: a guider for ", groups_.size(),
                                                  " numbers, given ", cond.size(), " and ",
                                                  uncond.size()));
        std::vector<double> g(cond.begin(), cond.end());
        if (o_.guidance == guidance::zero_star && step < o_.zero_init_steps)
            std::fill(g.begin(), g.end(), 0.);
        else if (on && o_.guidance == guidance::adaptive_projected)
            project(cond, uncond, g);
        else if (on)
            for (std::size_t i = 0; i < items; ++i)
                merge(cond.data() + i * n, uncond.data() + i * n, n, g.data() + i * n);
        if (o_.guidance_rescale > 0) rescale_noise_cfg(g, cond, items, o_.guidance_rescale);
        return g;
    }

  private:
    static std::vector<bool> axes_of_norms(const guider_options& o,
                                           const std::vector<std::size_t>& shape) {
        if (o.adaptive_projected_guidance_norm_dim)
            return axis_groups::chosen(*o.adaptive_projected_guidance_norm_dim, shape.size());
        std::vector<bool> all_but_batch(shape.size(), true);
        if (!shape.empty()) all_but_batch[0] = false;
        return all_but_batch;
    }

    /// One sample: u' replaces u, the weight w' replaces w, and then base + w' (c - u').
    void merge(const double* c, const double* u, std::size_t n, double* to) const {
        const auto x = [&](int b, std::size_t i) { return b == 0 ? c[i] : u[i]; };
        double of_c = 0, of_u = 1, w = o_.guidance_scale;  // u' = of_c c + of_u u
        if (o_.guidance == guidance::zero_star) {
            of_u = diffgen::detail::zero_star_factor(branch_products::of(x, n), 1e-8);
        } else if (o_.guidance == guidance::tangential) {
            const auto damped = diffgen::detail::damp_tangential(branch_products::of(x, n));
            of_c = damped.of_c;
            of_u = damped.of_u;
        } else if (o_.guidance == guidance::magnitude_aware) {
            const double e = diffgen::detail::magnitude_damping(x, n, o_.alpha);
            w = o_.use_original_formulation ? w * e : 1 + product(w - 1, e);
        }
        for (std::size_t i = 0; i < n; ++i) {
            const double without = product(of_c, c[i]) + product(of_u, u[i]);
            const double base = o_.use_original_formulation ? c[i] : without;
            to[i] = base + product(w, c[i] - without);
        }
    }

    /// base + w (d - p + eta p), where the paper has c + (w - 1) (d - p + eta p).
    void project(std::span<const double> c, std::span<const double> u, std::vector<double>& to) {
        const double momentum = o_.adaptive_projected_guidance_momentum.value_or(0);
        running_.resize(c.size());
        for (std::size_t i = 0; i < c.size(); ++i)
            running_[i] = c[i] - u[i] + product(momentum, running_[i]);
        const auto d = [&](std::size_t i) { return running_[i]; };
        const auto given = [&](std::size_t i) { return c[i]; };
        const auto dd = groups_.sums(d, d), dc = groups_.sums(d, given),
                   cc = groups_.sums(given, given);
        const double bound = o_.adaptive_projected_guidance_rescale > 0
                                 ? o_.adaptive_projected_guidance_rescale
                                 : std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < c.size(); ++i) {
            const std::size_t k = groups_.of(i);
            const auto [of_difference, of_conditional] =
                diffgen::detail::project(dd[k], dc[k], cc[k], bound, o_.eta);
            const double base = o_.use_original_formulation ? c[i] : u[i];
            to[i] = base + product(o_.guidance_scale, product(of_difference, running_[i]) +
                                                          product(of_conditional, c[i]));
        }
    }

    guider_options o_;
    std::vector<std::size_t> shape_;
    int steps_;
    axis_groups groups_;
    std::vector<double> running_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
