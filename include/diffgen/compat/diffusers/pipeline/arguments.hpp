// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a caller of a diffusers pipeline says beside the configuration: the arguments that the
// schedulers' set_timesteps() and step() take.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/churn.hpp>
#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/config_checks.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/compat/unsupported.hpp>
#include <diffgen/grid/shifted.hpp>
#include <diffgen/io/json_value.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// Every member bears the argument's name; what is not given takes the default of the class.
struct arguments {
    std::optional<int> num_inference_steps{};
    std::vector<double> timesteps{};  ///< empty: none
    std::vector<double> sigmas{};     ///< empty: none
    std::optional<double> mu{};
    /// Patches of the image, from which pipelines compute mu by the configuration's base_shift ..
    std::optional<double> image_seq_len{};
    std::optional<double> eta{};
    std::optional<bool> use_clipped_model_output{};
    std::optional<int> original_inference_steps{};
    std::optional<double> strength{};
    std::optional<int> order{};
    std::optional<double> s_churn{};
    std::optional<double> s_tmin{};
    std::optional<double> s_tmax{};
    std::optional<double> s_noise{};

    /// Calls f(name, member) with each.
    template <class Arguments, class F>
    static void each(Arguments& a, F f) {
        f("num_inference_steps", a.num_inference_steps);
        f("timesteps", a.timesteps);
        f("sigmas", a.sigmas);
        f("mu", a.mu);
        f("image_seq_len", a.image_seq_len);
        f("eta", a.eta);
        f("use_clipped_model_output", a.use_clipped_model_output);
        f("original_inference_steps", a.original_inference_steps);
        f("strength", a.strength);
        f("order", a.order);
        f("s_churn", a.s_churn);
        f("s_tmin", a.s_tmin);
        f("s_tmax", a.s_tmax);
        f("s_noise", a.s_noise);
    }

    /// The number of steps. Throws bad_argument where nothing says it, and outside 1 to a million.
    [[nodiscard]] int steps() const {
        const auto& list = timesteps.empty() ? sigmas : timesteps;
        if (!num_inference_steps && list.empty())
            throw bad_argument("diffgen: 'num_inference_steps' is not given");
        const int n = num_inference_steps.value_or(static_cast<int>(list.size()));
        detail::require_range(n >= 1 && n <= detail::most_steps, "num_inference_steps", n,
                              "between 1 and a million");
        return n;
    }
    /// The mu of dynamic shifting: the one that is given, or that of the image's size, on a line
    /// through (base_image_seq_len, base_shift) and (max_image_seq_len, max_shift).
    /// Throws bad_argument where both are given, and where neither counts.
    [[nodiscard]] std::optional<double> shift_mu(const config& c) const {
        if (image_seq_len && !c.use_dynamic_shifting)
            throw bad_argument("diffgen: 'image_seq_len' without 'use_dynamic_shifting'");
        if (mu && image_seq_len) throw bad_argument("diffgen: both 'mu' and 'image_seq_len'");
        if (!image_seq_len) return mu;
        return grid::dynamic_shift{static_cast<double>(c.base_image_seq_len), c.base_shift,
                                   static_cast<double>(c.max_image_seq_len), c.max_shift}
            .mu(*image_seq_len);
    }
    [[nodiscard]] churn churning() const {
        const churn usual;
        return {s_churn.value_or(usual.s_churn), s_tmin.value_or(usual.s_tmin),
                s_tmax.value_or(usual.s_tmax), s_noise.value_or(usual.s_noise)};
    }
    /// The timesteps, for classes whose timesteps are whole: falling, and in the table.
    /// Throws bad_argument.
    [[nodiscard]] std::vector<int> whole_timesteps(const config& c) const {
        std::vector<int> whole;
        for (const double t : timesteps) {
            const bool fits = t >= 0 && t < c.num_train_timesteps && std::floor(t) == t;
            if (!fits || (!whole.empty() && !(t < whole.back())))
                throw bad_argument(diffgen::detail::text(
                    "diffgen: 'timesteps' has ", t, " at index ", whole.size(),
                    "; they are whole numbers that fall, below the ", c.num_train_timesteps,
                    " of 'num_train_timesteps'"));
            whole.push_back(static_cast<int>(t));
        }
        return whole;
    }
    /// Refuses what is given beside these, the number of steps and the strength, which the class
    /// does not take. Throws compat::unsupported.
    void allow(scheduler s, std::initializer_list<std::string_view> taken) const {
        each(*this, [&](std::string_view name, const auto& member) {
            bool given = false;
            if constexpr (requires { member.has_value(); })
                given = member.has_value();
            else
                given = !member.empty();
            if (given && name != "num_inference_steps" && name != "strength" &&
                std::find(taken.begin(), taken.end(), name) == taken.end())
                throw unsupported(diffgen::detail::text(
                    "diffgen: ", diffusers::name(s), " does not take the argument '", name, "'"));
        });
    }
};

/// The same from JSON, where null is not given. Throws compat::unsupported for another argument,
/// bad_argument for a value of the wrong type; both name the key.
[[nodiscard]] inline arguments read_arguments(const io::json& call) {
    arguments a;
    for (const auto& [key, value] : call.members()) {
        if (value.is_null()) continue;
        bool known = false;
        arguments::each(a, [&, &name = key](std::string_view argument, auto& member) {
            if (argument != name) return;
            known = true;
            using member_type = std::remove_reference_t<decltype(member)>;
            if constexpr (requires { member.has_value(); })
                member = call.get<typename member_type::value_type>(name);
            else
                member = call.get<member_type>(name);
        });
        if (!known)
            throw unsupported(diffgen::detail::text("diffgen: unknown argument '", key,
                                                    "' of a diffusers scheduler"));
    }
    return a;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
