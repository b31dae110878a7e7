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
    check_bad("1,\"2\"x\r3,4\n", {"line 1, column 2", "follows the end of the cell"});
    check_bad("1,1e999\n", {"line 1, column 2", "1e999 does not fit a double"});
    check_bad("1,+-2\n", {"line 1, column 2", "'+-2'"});
}

TEST_CASE("line ends of any system, blank lines at the end") {
    const std::vector<double> values{1, 2, 3, 4};
    for (const char* source : {"x,y\n1,2\n3,4", "x,y\r\n1,2\r\n3,4", "x,y\r1,2\r3,4\r",
                               "x,y\n1,2\n3,4\n\n", "x,y\r\n1,2\r\n3,4\r\n\r\n \t\r\n"}) {
        const auto table = parse_csv(source);
        CHECK(table.header.size() == 2);
        CHECK(table.values == values);
    }
    check_bad("\n\n", {"holds no line"});
    check_bad("\n1\n", {"line 1, column 1", "name of the column is empty"});
    // A line of separators is a line of gaps.
    CHECK(parse_csv("1\t2\n\t\n", "t", {.separator = '\t', .gaps = true}).rows == 2);
}

TEST_CASE("a byte order mark belongs to no cell") {
    CHECK(parse_csv("\xEF\xBB\xBF"
                    "1.5\n2.5\n")
              .values == std::vector<double>{1.5, 2.5});
    CHECK(parse_csv("\xEF\xBB\xBFx,y\n1,2\n").header.front() == "x");
    CHECK(parse_csv("\xEF\xBB\xBF\"x, m\",y\n1,2\n").header.front() == "x, m");
    check_bad("\xEF\xBB\xBF", {"holds no line"});
    check_bad(
        "\xFF\xFE"
        "1",
        {"byte 0", "UTF-16"});
}

TEST_CASE("numbers too small for a double are zero, those too large are refused") {
    const auto table = parse_csv("1e-400,-1e-400,0.00001e-330,1000000e-325,4e-324\n");
    CHECK(table.values == std::vector<double>{0, 0, 0, 1e-319, 5e-324});
    CHECK(std::signbit(table(0, 1)));
    CHECK(parse_csv("0e400,1e-99999999999999999999\n").values == std::vector<double>{0, 0});
    CHECK(parse_csv("0." + std::string(400, '0') + "1e401\n").values == std::vector<double>{1});
    check_bad("1e400\n", {"line 1, column 1", "1e400 does not fit a double"});
    check_bad("-1e99999999999999999999\n", {"does not fit a double"});
    check_bad("nan(1)\nx\n", {"'x' is not a number"});
}

TEST_CASE("the header is said where it has numbers") {
    check_bad("id,2019\n1,2\n", {"'id' is not a number", "csv_header::present"});
    const io::csv_options present{.header = io::csv_header::present};
    const auto years = parse_csv("id,2019\n1,2\n", "t", present);
    CHECK(years.header == std::vector<std::string>{"id", "2019"});
    CHECK(years.values == std::vector<double>{1, 2});
    CHECK(parse_csv("0,1\n1.5,2.5\n", "t", present).rows == 1);
    CHECK(parse_csv("0,1\n1.5,2.5\n", "t", {.header = io::csv_header::absent}).rows == 2);
    check_bad("0,1\n1.5,2.5\n", {"line 1, it counts the columns", "present", "absent"});
    CHECK(parse_csv("0\n1.5\n").rows == 2);
    CHECK(parse_csv("0,1.0\n1.5,2.5\n").rows == 2);
    check_refused([] { parse_csv("x\n1\n", "t", {.header = io::csv_header::absent}); },
                  {"line 1, column 1: 'x' is not a number"});
    CHECK(parse_csv("nan,inf\n", "t", present).rows == 0);
}

TEST_CASE("an index column is named, not read") {
    const io::csv_options indexed{.index_column = true};
    const auto plain = parse_csv(",0,1\n0,1.5,2.5\n1,3.5,4.5\n", "t", indexed);
    CHECK(plain.header == std::vector<std::string>{"0", "1"});
    CHECK(plain.index == std::vector<std::string>{"0", "1"});
    CHECK(plain.columns == 2);
    CHECK(plain.values == std::vector<double>{1.5, 2.5, 3.5, 4.5});
    CHECK(parse_csv("day,x\nmonday,1\n", "t", indexed).index.front() == "monday");
    CHECK(parse_csv("monday,1\n", "t", indexed).values == std::vector<double>{1});
    check_bad(",0,1\n0,1.5,2.5\n", {"line 1, column 1", "ask for index_column"});
    CHECK(parse_csv(",0,1\n0,1.5,2.5\n", "t", {.gaps = true}).rows == 2);
    check_bad(",x\n0,1.5\n", {"name of the column is empty", "index_column"});
    check_refused([&] { parse_csv("1\n", "t", indexed); }, {"line 1", "no column is left"});
    const auto back = parse_csv(io::dump_csv(plain), "t", indexed);
    CHECK(back.index == plain.index);
    CHECK(back.values == plain.values);
    check_refused<bad_shape>([] { io::dump_csv({{}, 2, 1, {1, 2}, {"a"}}); }, {"(2)", "1 el"});
}
