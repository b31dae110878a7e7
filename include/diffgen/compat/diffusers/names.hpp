// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// From the words of a diffusers scheduler_config.json to what they are called here, and back.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/word_tables.hpp>
#include <diffgen/compat/unsupported.hpp>

#include <string>
#include <string_view>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// What the word `name` of the option `key` stands for. Throws compat::unsupported with both, and
/// the words that would do.
template <class E>
[[nodiscard]] E named(std::string_view key, std::string_view name) {
    std::string known;
    for (const auto& [word, value] : detail::table_of_names<E>::names) {
        if (word == name) return value;
        known += (known.empty() ? "" : ", ") + std::string(word);
    }
    throw unsupported(
        diffgen::detail::text("diffgen: '", key, "' is '", name, "'; diffgen reproduces ", known));
}

/// The word for a value.
template <class E>
[[nodiscard]] std::string_view name(E value) {
    for (const auto& [word, each] : detail::table_of_names<E>::names)
        if (each == value) return word;
    return "?";
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
