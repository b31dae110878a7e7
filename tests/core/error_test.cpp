// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/core/error.hpp>

#include <doctest/doctest.h>

TEST_CASE("every error is a diffgen::error with the values in its text") {
    CHECK_THROWS_WITH_AS(
        throw diffgen::bad_argument(diffgen::detail::text("steps is ", 0, ", not >= 1")),
        "steps is 0, not >= 1", diffgen::error);
    CHECK(diffgen::detail::text(0.1) == "0.1");
}
