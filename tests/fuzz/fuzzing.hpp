// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every target of tools/fuzz promises: any bytes give a right value or a typed error that
// names the file.

#include <diffgen/core/error.hpp>
#include <diffgen/io/file.hpp>

#include <cstdint>
#include <filesystem>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace fuzz {

using input = std::span<const std::uint8_t>;

/// Throws std::logic_error, which ends a fuzzer and fails a test.
inline void require(bool holds, const std::string& what) {
    if (!holds) throw std::logic_error(what);
}

/// Whether f() returns rather than throw an error of diffgen's, whose text must name `file`.
template <class F>
bool accepts(const std::string& file, F f) {
    try {
        f();
        return true;
    } catch (const diffgen::error& problem) {
        const std::string_view text = problem.what();
        require(text.starts_with("diffgen: ") && text.find(file) != text.npos,
                std::string("an error that does not name the file: ").append(text));
        return false;
    }
}

/// A file with these bytes, removed at the end.
class scratch_file {
  public:
    explicit scratch_file(input data) { diffgen::io::write_file(path_, data); }
    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;
    ~scratch_file() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

  private:
    static inline const unsigned number_ = std::random_device{}();
    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("diffgen_fuzz_" + std::to_string(number_));
};

}  // namespace fuzz
