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

/// Throws the error that is being handled, as the first of these types that it is, with the name in
/// its text; or, where it is none of them, as it is.
template <class Error, class... Others>
[[noreturn]] void throw_named(const std::string& name) {
    try {
        throw;
    } catch (const Error& problem) {
        throw Error(text("diffgen: ", name, ": ", inner_text(problem)));
    } catch (...) {
        if constexpr (sizeof...(Others) > 0) throw_named<Others...>(name);
        throw;
    }
}

/// f(), with the name of a file in the errors that it throws. Those of a reader have it already.
/// `Derived` are types of error that are derived from diffgen's.
template <class... Derived, class F>
auto naming(const std::string& name, F f) {
    try {
        return f();
    } catch (const error&) {
        throw_named<Derived..., bad_argument, bad_shape, non_finite>(name);
    }
}

}  // namespace diffgen::inline DIFFGEN_ABI::io::detail

#include <diffgen/core/with_macros.hpp>
