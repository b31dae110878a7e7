// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The picture of curves: where points lie on its axes, what is left out, and what is refused.

#include <diffgen/io/line_chart.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

namespace {

using namespace diffgen::io;

const chart_options one{.columns = 1, .width = 269, .height = 162, .x_label = "n", .y_label = "e"};

/// The d of the only path that is drawn in the first style.
std::string path_of(const std::string& svg) {
    const auto at = svg.find("<path fill='none' stroke='#1f77b4'");
    REQUIRE(at != std::string::npos);
    const auto begin = svg.find(" d='", at) + 4;
    return svg.substr(begin, svg.find('\'', begin) - begin);
}

}  // namespace

TEST_CASE("decades are equally far on both axes") {
    // the frame runs from 55 to 255 across and from 124 up to 24: two decades each
    const std::string svg = line_charts({{"t", {{"c", {{1, 0.01}, {10, 0.1}, {100, 1}}}}}}, one);
    CHECK(path_of(svg) == "M55.0 124.0L155.0 74.0L255.0 24.0");
}

TEST_CASE("what has no logarithm interrupts a curve") {
    const std::string svg =
        line_charts({{"t", {{"c", {{1, 0.01}, {10, 0}, {10, std::nan("")}, {100, 1}}}}}}, one);
    CHECK(path_of(svg) == "M55.0 124.0M255.0 24.0");
}

TEST_CASE("a legend names a curve of two panels once, with its signs escaped") {
    const std::vector<panel> panels{{"a", {{"f<2>", {{1, 1}, {2, 2}}}}},
                                    {"b", {{"f<2>", {{1, 1}, {2, 3}}}}}};
    const std::string svg = line_charts(panels, one);
    const auto first = svg.find("f&lt;2&gt;");
    CHECK(first != std::string::npos);
    CHECK(svg.find("f&lt;2&gt;", first + 1) == std::string::npos);
}

TEST_CASE("ticks: 1, 2, 5 within two decades, powers of ten beyond") {
    using ticks = std::vector<double>;
    log_axis a;
    a.include(5);
    a.include(100);
    CHECK(a.ticks() == ticks{5, 10, 20, 50, 100});
    a.include(1);
    CHECK(a.ticks() == ticks{1, 10, 100});
}

TEST_CASE("a panel without two points is refused") {
    CHECK_THROWS_AS((void)line_charts({{"t", {{"c", {{1, 1}}}}}}, one), diffgen::bad_argument);
    CHECK_THROWS_AS((void)line_charts({}, one), diffgen::bad_argument);
}

TEST_CASE("a band lies between its edges, behind the curves, and has an entry in the legend") {
    const panel p{"t", {{"c", {{1, 0.01}, {100, 1}}}}, {{"rest", {{1, 0.1, 1}, {100, 0.1, 1}}}}};
    const std::string svg = line_charts({p, p}, one);
    const auto at =
        svg.find("<path fill='#e4e4e4' d='M55.0 24.0L255.0 24.0L255.0 74.0L55.0 74.0Z'");
    REQUIRE(at != std::string::npos);
    CHECK(at < svg.find("stroke='#1f77b4'"));
    const auto entry = svg.find(">rest<");
    REQUIRE(entry != std::string::npos);
    CHECK(svg.find(">rest<", entry + 1) == std::string::npos);
    CHECK_THROWS_AS((void)line_charts({{"t", p.curves, {{"rest", {{1, 0, 1}}}}}}, one),
                    diffgen::bad_argument);
}
