// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How readers report what is wrong in a file.

#include <diffgen/core/error.hpp>

#include <cstdint>
#include <string>

namespace diffgen::io::detail {

using diffgen::detail::text;

/// Throws bad_file: "name: byte 12: ...".
template <class... Parts>
[[noreturn]] void fail(const std::string& name, std::uint64_t offset, const Parts&... parts) {
    throw bad_file(text(name, ": byte ", offset, ": ", parts...));
}

}  // namespace diffgen::io::detail
