// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads a scheduler_config.json of diffusers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/class_options.hpp>
#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/config_checks.hpp>
#include <diffgen/compat/diffusers/config_defaults.hpp>
#include <diffgen/compat/diffusers/config_options.hpp>
#include <diffgen/compat/unsupported.hpp>
#include <diffgen/io/json_value.hpp>

#include <string>
#include <string_view>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

namespace detail {

/// Reads an option that is there and not null into the member of the same name.
template <class Member>
void read_option(const io::json& options, const char* key, Member& member) {
    if (!options.contains(key) || options.at(key).is_null()) return;
    if constexpr (std::is_enum_v<Member>)
        member = named<Member>(key, options.get<std::string>(key));
    else if constexpr (requires { member.has_value(); })
        member = options.get<typename Member::value_type>(key);
    else
        member = options.get<Member>(key);
}

/// Refuses an option that only its null stands for something here.
inline void require_null(const io::json& options, const char* key, const config& c) {
    if (options.contains(key) && !options.at(key).is_null())
        throw unsupported(
            diffgen::detail::text("diffgen: '", key, "' is not null in ", name(c.scheduler)));
}

}  // namespace detail

/// Reads the options of the class `scheduler` ("DDIMScheduler", ...). Missing ones take their
/// defaults; options of other classes are passed over, and listed in config::unused.
/// Throws compat::unsupported for a class or a value that diffgen does not reproduce,
/// bad_argument for what diffusers does not know either; both name the key.
[[nodiscard]] inline config read_config(std::string_view scheduler, const io::json& options) {
    for (const auto& [key, value] : options.members())
        detail::require_known(key);
    config c = defaults_of(named<diffusers::scheduler>("_class_name", scheduler));
    const auto has = [&](std::string_view key) { return detail::has_option(c.scheduler, key); };
    for (const auto& [key, value] : options.members())
        if (!key.starts_with('_') && !has(key)) c.unused.push_back(key);
    detail::each_option(c, [&](const char* key, auto& member) {
        if (has(key)) detail::read_option(options, key, member);
    });
    if (const char* key = "original_inference_steps";
        has(key) && options.contains(key) && options.at(key).is_null())
        c.original_inference_steps = 0;
    for (const char* key : {"scale_factors", "solver_p", "tau_func"})
        if (has(key)) detail::require_null(options, key, c);
    detail::check_values(c);
    return c;
}

/// The same for a whole scheduler_config.json, which names its class.
[[nodiscard]] inline config read_config(const io::json& options) {
    return read_config(options.get<std::string>("_class_name"), options);
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
