// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Checks of errors: the type, and that the text says which values were wrong.

#include <diffgen/core/error.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

/// f throws an Error whose text starts with the library's name and has all of `parts`.
template <class Error, class F>
void check_refused(std::initializer_list<const char*> parts, F&& f) {
    std::string text;
    try {
        f();
    } catch (const Error& e) {
        text = e.what();
    }
    INFO("the text: ", text);
    REQUIRE_MESSAGE(!text.empty(), "nothing of the expected type was thrown");
    CHECK(text.rfind("diffgen: ", 0) == 0);
    for (const char* part : parts) {
        INFO("should have: ", std::string(part));
        CHECK(text.find(part) != std::string::npos);
    }
}
