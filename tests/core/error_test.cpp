// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

TEST_CASE("every error is a diffgen::error with the values in its text") {
    CHECK_THROWS_WITH_AS(
        throw diffgen::bad_argument(diffgen::detail::text("steps is ", 0, ", not >= 1")),
        "steps is 0, not >= 1", diffgen::error);
    CHECK(diffgen::detail::text(0.1) == "0.1");
    CHECK_NOTHROW(diffgen::require(true, "of no use"));
    CHECK_THROWS_WITH_AS(diffgen::require(false, "p = ", 0.5, "; must be above 1"),
                         "diffgen: p = 0.5; must be above 1", diffgen::bad_argument);
}

TEST_CASE("a number that differs from another differs in print") {
    CHECK(diffgen::detail::exactly(1.0000000000000002) == "1.0000000000000002");
    CHECK(diffgen::detail::exactly(1) == "1");
    CHECK(diffgen::detail::exactly(-0.5) == "-0.5");
}

TEST_CASE("non_finite knows where it happened, or that this was not in a run") {
    const diffgen::non_finite in_run("text", 3, 1, 1ull << 41, 0.25);
    CHECK(in_run.step() == 3);
    CHECK(in_run.stage() == 1);
    CHECK(in_run.sample() == 1ull << 41);
    CHECK(in_run.time() == 0.25);
    const diffgen::non_finite elsewhere("a loss");
    CHECK(elsewhere.what() == std::string("a loss"));
    CHECK(elsewhere.step() == -1);
    CHECK(elsewhere.stage() == -1);
    CHECK(std::isnan(elsewhere.time()));
}
