// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How readers report what is wrong in a file.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace diffgen::inline DIFFGEN_ABI::io::detail {

using diffgen::detail::text;

/// The text of an error without the "diffgen: " that it begins with, for use within another text.
inline std::string_view inner_text(const std::exception& problem) {
    constexpr std::string_view prefix = "diffgen: ";
    const std::string_view all = problem.what();
    return all.substr(0, prefix.size()) == prefix ? all.substr(prefix.size()) : all;
}

/// Throws bad_file with the text "diffgen: name: byte offset: " and the parts after it, joined.
template <class... Parts>
[[noreturn]] void fail(const std::string& name, std::uint64_t offset, const Parts&... parts) {
    throw bad_file(text("diffgen: ", name, ": byte ", offset, ": ", parts...));
}

}  // namespace diffgen::inline DIFFGEN_ABI::io::detail

#include <diffgen/core/with_macros.hpp>
