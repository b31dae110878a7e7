// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/io/json.hpp>

#include "io_testing.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace diffgen;
using io::json;
using io::parse_json;

namespace {

void check_bad(std::string_view source, std::initializer_list<std::string_view> parts) {
    check_refused([&] { parse_json(source, "doc"); }, parts);
}

void check_wrong(auto f, std::initializer_list<std::string_view> parts) {
    check_refused<bad_argument>(f, parts);
}

}  // namespace

TEST_CASE("every kind of value is read") {
    const json value = parse_json(
        R"( {"n": null, "t": true, "f": false, "i": -12, "d": 2.5e-3, "s": "a\n\u00e9\ud83d\ude00",
             "a": [1, [], {}], "o": {"k": "v"}} )");
    CHECK(value.at("n").is_null());
    CHECK(value.get<bool>("t"));
    CHECK_FALSE(value.get<bool>("f"));
    CHECK(value.get<int>("i") == -12);
    CHECK(value.get<double>("i") == -12.0);
    CHECK(value.get<double>("d") == 0.0025);
    CHECK(value.get<std::string>("s") == "a\n\xc3\xa9\xf0\x9f\x98\x80");  // UTF-8 of U+E9, U+1F600
    CHECK(value.at("a").elements().size() == 3);
    CHECK(value.at("a").at(1).is_array());
    CHECK(value.at("o").get<std::string>("k") == "v");
    CHECK(value.members().front().first == "n");
}

TEST_CASE("the non-finite words of Python are read and written") {
    const auto values = parse_json("[NaN, Infinity, -Infinity]").as<std::vector<double>>();
    CHECK(std::isnan(values.at(0)));
    CHECK(values.at(1) == std::numeric_limits<double>::infinity());
    CHECK(values.at(2) == -std::numeric_limits<double>::infinity());
    CHECK(io::dump_json(json(values)) == "[NaN,Infinity,-Infinity]");
}

TEST_CASE("numbers keep their bits and their kind") {
    for (const double number : {0.1, 1.0, -0.0, 5e-324, 1.7976931348623157e308, 1e22, 123456789.0,
                                2.2250738585072014e-308, 1.0 / 3}) {
        const json back = parse_json(io::dump_json(number));
        CHECK(back == json(number));
        CHECK(std::signbit(back.as<double>()) == std::signbit(number));
    }
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    CHECK(parse_json(io::dump_json(least)).as<std::int64_t>() == least);
    CHECK(parse_json(io::dump_json(most)).as<std::uint64_t>() == most);
    CHECK(parse_json("18446744073709551616").as<double>() == 18446744073709551616.0);
}

TEST_CASE("strings are escaped and come back") {
    const std::string odd("\"\\/\b\f\n\r\t\x01\x1f\0 \xc3\xa9", 14);
    const std::string dumped = io::dump_json(odd);
    CHECK(dumped == R"("\"\\/\b\f\n\r\t\u0001\u001f\u0000 )"
                    "\xc3\xa9\"");
    CHECK(parse_json(dumped).as<std::string>() == odd);
    check_wrong([] { io::dump_json(std::string("ab\xff")); }, {"byte 2"});
}

TEST_CASE("values are built, indented and changed") {
    json value;
    value.set("steps", 50).set("loss", std::vector<double>{1.5, 0.25}).set("steps", 60u);
    CHECK(io::dump_json(value) == R"({"steps":60,"loss":[1.5,0.25]})");
    CHECK(io::dump_json(value, 2) ==
          "{\n  \"steps\": 60,\n  \"loss\": [\n    1.5,\n    0.25\n  ]\n}");
    CHECK(io::dump_json(json::object{}, 2) == "{}");
    CHECK(parse_json(io::dump_json(value, 4)).get<int>("steps") == 60);
    const scratch_folder folder;
    io::write_json(folder.path / "a.json", value);
    CHECK(io::dump_json(io::read_json(folder.path / "a.json")) == io::dump_json(value));
}

TEST_CASE("typed access names the key and both kinds") {
    const json value = parse_json(R"({"steps": "ten", "size": 300, "list": [1, 2.5], "neg": -1})");
    check_wrong([&] { value.get<int>("steps"); }, {"'steps' is a string, not an integer"});
    check_wrong([&] { value.get<bool>("size"); }, {"'size' is an integer, not a boolean"});
    check_wrong([&] { value.get<std::uint8_t>("size"); }, {"'size' is 300", "8 bits"});
    check_wrong([&] { value.get<std::size_t>("neg"); }, {"'neg' is -1", "64 bits"});
    check_wrong([&] { value.get<std::vector<int>>("list"); },
                {"'list'[1] is a number, not an int"});
    check_wrong([&] { value.at("none"); }, {"no 'none'"});
    check_wrong([&] { value.at("list").at(2); }, {"no element 2", "array of 2"});
    check_wrong([&] { value.at("size").at("x"); }, {"is an integer, not an object"});
    check_wrong([] { json(1).set("x", 2); }, {"is an integer, not an object"});
    CHECK(value.get<int>("none", 7) == 7);
    CHECK(value.get<int>("size", 7) == 300);
    check_wrong([&] { value.get<int>("steps", 7); }, {"'steps'"});
}

TEST_CASE("departures from the grammar are refused where they stand") {
    check_bad("", {"doc: byte 0", "line 1, column 1", "the text ends"});
    check_bad("{\"a\": 1,\n \"b\" 2}", {"byte 14", "line 2, column 6", "':'", "found '2'"});
    check_bad("[1,]", {"byte 3", "expected a value, found ']'"});
    check_bad("[1 2]", {"byte 3", "',' or ']'"});
    check_bad("{\"a\":1 \"b\":2}", {"byte 7", "',' or '}'"});
    check_bad("{a:1}", {"byte 1", "a key in quotes"});
    check_bad("{} x", {"byte 3", "the end of the text", "found 'x'"});
    check_bad("tru", {"byte 0", "expected a value"});
    check_bad("[1", {"byte 2", "the text ends"});
    check_bad("\"abc", {"byte 0", "no closing quote"});
    check_bad("\xff\xfe{\0}\0", {"byte 0", "UTF-16"});
    check_bad("{\xef\xbb\xbf}", {"byte 1", "found the byte 239"});
}

TEST_CASE("bad numbers are refused") {
    check_bad("01", {"byte 1", "the end of the text, found '1'"});
    check_bad("1.", {"byte 2", "a digit after the decimal point"});
    check_bad("1e+", {"byte 3", "a digit of the exponent"});
    check_bad("-", {"byte 0", "expected a value, found '-'"});
    check_bad("+1", {"byte 0", "found '+'"});
    check_bad(".5", {"byte 0", "found '.'"});
    check_bad("[1e999]", {"byte 1", "1e999 does not fit a double"});
    check_bad("-Inf", {"expected a value"});
}

TEST_CASE("what Python's reader accepts: a byte order mark, numbers too small for a double") {
    CHECK(parse_json("\xef\xbb\xbf{\"a\": 1}").get<int>("a") == 1);
    const auto small = parse_json("[1e-400, -1e-400, 0.0001e-330, 1e-99999999999999999999]");
    for (const auto& each : small.elements())
        CHECK(each.as<double>() == 0);
    CHECK(std::signbit(small.at(1).as<double>()));
    check_bad("[-1e400]", {"-1e400 does not fit a double"});
}

TEST_CASE("bad strings are refused") {
    check_bad("\"a\nb\"", {"byte 2", "control character of value 10"});
    check_bad(R"("\x")", {"byte 1", "no known escape"});
    check_bad(R"("\u12G4")", {"byte 1", "four hexadecimal digits"});
    check_bad(R"("\u12)", {"byte 1", "four hexadecimal digits"});
    check_bad(R"("\ud83d")", {"byte 1", "a surrogate has no partner"});
    check_bad(R"("\ud83d\n")", {"byte 1", "a surrogate has no partner"});
    check_bad(R"("\ud83dA")", {"byte 1", "a surrogate has no partner"});
    check_bad(R"("\ude00")", {"byte 1", "a surrogate has no partner"});
    for (const std::string_view bad :
         {"\xff", "\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xe2\x82", "\xe2\x82\x41", "\xf0\x8f\xbf\xbf"}) {
        check_bad(detail::text('"', bad, '"'), {"byte 1", "is not valid UTF-8"});
    }
}

TEST_CASE("a key that comes twice is refused at its second place") {
    check_bad(R"({"a": 1, "b": 2, "a": 3})", {"byte 17", "the key 'a' comes twice"});
    check_bad(R"({"a": 1, "\u0061": 3})", {"byte 9", "the key 'a' comes twice"});
}

TEST_CASE("nesting is limited") {
    CHECK_NOTHROW(parse_json(std::string(100, '[') + std::string(100, ']')));
    check_bad(std::string(1'000'000, '['), {"byte 101", "more than 100 deep"});
}

TEST_CASE("every shortened document is refused") {
    const std::string whole = R"({"a": [true, -1.5e3, "x\u00e9\ud83d\ude00"], "b": null})";
    check_truncations_refused(io::as_bytes(whole), [](auto part, const std::string& name) {
        parse_json(io::as_text(part), name);
    });
}
