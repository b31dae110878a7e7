// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// UnCLIPScheduler of diffusers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/ddpm.hpp>

#include <string_view>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// DDPM from timestep t to t - 1, whatever timestep comes next: what the scheduler does unless its
/// caller tells it the next one, as the pipelines of unCLIP do; that is `ddpm` on the same
/// timesteps. Its predictor is that of `predictor`, with learned_variance for learned_range.
struct unclip : ddpm {
    /// Throws bad_argument for what the scheduler has not.
    explicit unclip(const config& c) : ddpm{c.variance_type} {
        if (c.beta_schedule != beta_schedule::squaredcos_cap_v2)
            refuse("beta_schedule", name(c.beta_schedule));
        if (c.variance_type != variance_type::fixed_small_log &&
            c.variance_type != variance_type::learned_range)
            refuse("variance_type", name(c.variance_type));
        if (c.prediction_type == prediction_type::v_prediction)
            refuse("prediction_type", name(c.prediction_type));
    }

    [[nodiscard]] stage plan(const step& s, int) const {
        return between(s.from(), level_or_end(s.process, static_cast<int>(s.from().t) - 1, true));
    }

  private:
    [[noreturn]] static void refuse(const char* key, std::string_view value) {
        throw bad_argument(diffgen::detail::text("diffgen: '", key, "' is '", value,
                                                 "', which UnCLIPScheduler has not"));
    }
};

/// n timesteps from T - 1 to 0, evenly spaced and rounded. Throws bad_argument unless 2 <= n <= T.
[[nodiscard]] inline std::vector<int> unclip_timesteps(const config& c, int n) {
    if (n < 2 || n > c.num_train_timesteps)
        throw bad_argument(diffgen::detail::text(
            "diffgen: 'num_inference_steps' is ", n, " in UnCLIPScheduler, not between 2 and the ",
            c.num_train_timesteps, " of 'num_train_timesteps'"));
    const double stride = static_cast<double>(c.num_train_timesteps - 1) / (n - 1);
    std::vector<int> t;
    for (int i = n - 1; i >= 0; --i)
        t.push_back(detail::rounded(i * stride));
    return t;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
