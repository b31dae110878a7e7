// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Checks that bad input is refused with a typed error that holds the values.

#include <diffgen/core/error.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>

/// Checks that f throws an Error whose text holds all the parts.
template <class Error = diffgen::bad_file, class F>
void check_refused(F f, std::initializer_list<std::string_view> parts) {
    bool thrown = false;
    try {
        f();
    } catch (const Error& problem) {
        thrown = true;
        const std::string text = problem.what();
        for (const std::string_view part : parts) {
            CHECK_MESSAGE(text.find(part) != text.npos, "\"", text, "\" lacks \"", part, "\"");
        }
    }
    CHECK_MESSAGE(thrown, "accepted, or another error, where the text should be ", *parts.begin());
}
