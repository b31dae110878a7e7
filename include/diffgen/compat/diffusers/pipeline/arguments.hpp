// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a caller of a diffusers pipeline says beside the configuration: the arguments that the
// schedulers' set_timesteps() and step() take.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/churn.hpp>
#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/compat/unsupported.hpp>
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

    /// The number of steps. Throws bad_argument where nothing says it.
    [[nodiscard]] int steps() const {
        if (num_inference_steps) return *num_inference_steps;
        const auto& list = timesteps.empty() ? sigmas : timesteps;
        if (list.empty()) throw bad_argument("diffgen: 'num_inference_steps' is not given");
        return static_cast<int>(list.size());
    }
    [[nodiscard]] churn churning() const {
        const churn usual;
        return {s_churn.value_or(usual.s_churn), s_tmin.value_or(usual.s_tmin),
                s_tmax.value_or(usual.s_tmax), s_noise.value_or(usual.s_noise)};
    }
    /// The timesteps, for classes whose timesteps are whole. Throws bad_argument.
    [[nodiscard]] std::vector<int> whole_timesteps() const {
        std::vector<int> whole;
        for (const double t : timesteps) {
            if (!(std::abs(t) < 1e9) || std::floor(t) != t)
                throw bad_argument(diffgen::detail::text("diffgen: 'timesteps' has ", t,
                                                         ", which is not a whole number"));
            whole.push_back(static_cast<int>(t));
        }
        return whole;
    }
    /// Refuses what is given beside these and the number of steps, which the class does not take.
    /// Throws compat::unsupported.
    void allow(scheduler s, std::initializer_list<std::string_view> taken) const {
        each(*this, [&](std::string_view name, const auto& member) {
            bool given = false;
            if constexpr (requires { member.has_value(); })
                given = member.has_value();
            else
                given = !member.empty();
            if (given && name != "num_inference_steps" &&
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
