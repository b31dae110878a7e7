// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Helpers of the tests of readers: a folder that vanishes, shortened files, bytes of a literal.

#include <diffgen/io/file.hpp>

#include "check_refused.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

/// An empty folder for one test case, removed at its end.
struct scratch_folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() /
                                 ("diffgen_test_" + std::to_string(std::random_device{}()));
    scratch_folder() { std::filesystem::create_directories(path); }
    ~scratch_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
};

/// Checks that every shortened form of a file is refused by name and offset.
template <class Decode>
void check_truncations_refused(std::span<const std::uint8_t> whole, Decode decode) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
        check_refused([&] { decode(whole.first(size), "cut"); }, {"cut: byte "});
    }
}

/// The bytes of a literal, zeros inside it included.
template <std::size_t N>
diffgen::io::bytes literal(const char (&text)[N]) {
    const auto part = diffgen::io::as_bytes(std::string_view(text, N - 1));
    return {part.begin(), part.end()};
}
