// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The files of a target's corpus as a test, among them every finding of tools/fuzz.

#include <diffgen/io/file.hpp>

#include "fuzzing.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

namespace fuzz {

inline void replay(const std::string& target, void (*run)(input)) {
    namespace fs = std::filesystem;
    int count = 0;
    for (const auto& entry :
         fs::directory_iterator(fs::path(DIFFGEN_TESTS_DIR) / "fuzz/corpus" / target)) {
        INFO(entry.path().string());
        CHECK_NOTHROW(run(diffgen::io::read_file(entry.path())));
        ++count;
    }
    CHECK(count > 0);
}

}  // namespace fuzz
