// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/io/csv.hpp>

#include "io_testing.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace diffgen;
using io::parse_csv;

namespace {

void check_bad(std::string_view source, std::initializer_list<std::string_view> parts) {
    check_refused([&] { parse_csv(source, "t.csv"); }, parts);
}

}  // namespace

TEST_CASE("tables with and without names") {
    const auto plain = parse_csv("1,2\n3,4\n");
    CHECK(plain.header.empty());
    CHECK(plain.rows == 2);
    CHECK(plain(1, 0) == 3);
    const auto named = parse_csv("x,\"y, \"\"z\"\"\"\r\n 1 ,\"-2e3\"\r\n+3,4");
    CHECK(named.header == std::vector<std::string>{"x", "y, \"z\""});
    CHECK(named.rows == 2);
    CHECK(named.values == std::vector<double>{1, -2000, 3, 4});
    const auto empty = parse_csv("x,y\n");
    CHECK(empty.rows == 0);
    CHECK(empty.columns == 2);
}

TEST_CASE("gaps are NaN where they are allowed") {
    const auto table = parse_csv("day;level\n1;\n2;5\n", "t", {.separator = ';', .gaps = true});
    CHECK(std::isnan(table(0, 1)));
    CHECK(table(1, 1) == 5);
    check_bad("day,level\n1,\n", {"line 2, column 2", "'' is not a number"});
}

TEST_CASE("numbers come back with their bits") {
    const scratch_folder folder;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const io::csv_table table{{"a \"b\"", "c,d"}, 3, 2, {0.1, -0.0, 5e-324, 1e300, infinity, -7}};
    io::write_csv(folder.path / "t.csv", table);
    const auto back = io::read_csv(folder.path / "t.csv");
    CHECK(back.header == table.header);
    CHECK(back.values == table.values);
    CHECK(std::signbit(back(0, 1)));
    check_refused<bad_shape>([] { io::dump_csv({{"a"}, 1, 2, {1, 2}}); }, {"(2)", "1 elements"});
    check_refused<bad_shape>([] { io::dump_csv({{}, 2, 2, {1, 2}}); }, {"(2, 2)", "2 elements"});
}

TEST_CASE("bad tables are refused with line and column") {
    check_bad("", {"t.csv: byte 0", "holds no line"});
    check_bad("1,2\n3,x4\n", {"line 2, column 2", "'x4' is not a number"});
    check_bad("1,2\n3,4x\n", {"line 2, column 2", "'4x' is not a number"});
    check_bad("1,two\n", {"line 1, column 2", "'two' is not a number"});
    check_bad("a,b\nc,d\n", {"line 2, column 1", "'c' is not a number"});
    check_bad("1,2\n3\n", {"byte 6", "line 2, it has 1 cells, the first line has 2"});
    check_bad("1,2\n3,4,5\n", {"line 2, it has 3 cells, the first line has 2"});
    check_bad("1,2\n\n3,4\n", {"line 2, it has 1 cells"});
    check_bad("1,\"2\n3,4\n", {"line 1, column 2", "no closing quote"});
    check_bad("\"1\"2,3\n", {"line 1, column 1", "follows the end of the cell"});
    check_bad("1,2\r3,4\n", {"line 1, column 2", "follows the end of the cell"});
    check_bad("1,1e999\n", {"line 1, column 2", "'1e999' is not a number"});
    check_bad("1,+-2\n", {"line 1, column 2", "'+-2'"});
}
