// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/io/safetensors.hpp>

#include "io_testing.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

/// A file with this header and so many bytes of data, which count up from zero.
io::bytes file_of(const std::string& header, std::size_t data_bytes) {
    io::bytes out;
    io::detail::append<std::endian::little>(out, std::uint64_t{header.size()});
    out.insert(out.end(), header.begin(), header.end());
    for (std::size_t i = 0; i < data_bytes; ++i)
        out.push_back(static_cast<std::uint8_t>(i));
    return out;
}

io::safetensors decode(std::span<const std::uint8_t> data) {
    return io::decode_safetensors(data, "w.safetensors");
}

void check_bad(const std::string& header, std::size_t data_bytes,
               std::initializer_list<std::string_view> parts) {
    check_refused([&] { decode(file_of(header, data_bytes)); }, parts);
}

io::safetensors example() {
    io::safetensors file;
    file.metadata = {{"format", "diffgen"}, {"note", "caf\xc3\xa9 \"x\""}};
    file.set("bias", io::ndarray<double>{{3}, {1, -2.5, 1e-300}});
    file.set("weight", io::ndarray<float>{{2, 3}, {0, 1, 2, 3, 4, 0.1f}});
    file.set("bytes", io::ndarray<std::uint8_t>{{3}, {0, 128, 255}});
    file.set("steps", io::ndarray<std::int64_t>{{}, {std::numeric_limits<std::int64_t>::min()}});
    file.set("none", io::ndarray<std::int32_t>{{0, 4}, {}});
    return file;
}

}  // namespace

TEST_CASE("tensors, shapes and metadata come back as they went") {
    const scratch_folder folder;
    const io::safetensors file = example();
    io::write_safetensors(folder.path / "w.safetensors", file);
    const io::safetensors back = io::read_safetensors(folder.path / "w.safetensors");
    CHECK(back.metadata == file.metadata);
    CHECK(back.tensors.size() == 5);
    CHECK(back.get<double>("bias").data == file.get<double>("bias").data);
    CHECK(back.get<float>("weight").data == std::vector<float>{0, 1, 2, 3, 4, 0.1f});
    CHECK(back.get<float>("weight").shape == std::vector<std::size_t>{2, 3});
    CHECK(back.get<std::uint8_t>("bytes").data == std::vector<std::uint8_t>{0, 128, 255});
    CHECK(back.get<std::int64_t>("steps").shape.empty());
    CHECK(back.get<std::int64_t>("steps").data.at(0) == std::numeric_limits<std::int64_t>::min());
    CHECK(back.get<std::int32_t>("none").shape == std::vector<std::size_t>{0, 4});
    CHECK(back.contains("bias"));
    CHECK_FALSE(back.contains("Bias"));
}

TEST_CASE("a file that the format's description gives byte by byte is read") {
    // 1.0f and -2.0f are 3f800000 and c0000000 in IEEE 754.
    io::bytes file = file_of(R"({"a":{"shape":[2],"dtype":"F32","data_offsets":[0,8]}}  )", 0);
    for (const int byte : {0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}) {
        file.push_back(static_cast<std::uint8_t>(byte));
    }
    CHECK(decode(file).get<float>("a").data == std::vector<float>{1, -2});
}

TEST_CASE("what is written has aligned tensors, widest first") {
    const io::bytes file = io::encode_safetensors(example());
    const auto length = io::detail::load<std::uint64_t, std::endian::little>(file.data());
    CHECK(length % 8 == 0);
    const auto header = io::parse_json(io::as_text(std::span(file).subspan(8, length)));
    CHECK(header.at("bias").get<std::vector<int>>("data_offsets") == std::vector{0, 24});
    CHECK(header.at("steps").get<std::vector<int>>("data_offsets") == std::vector{24, 32});
    CHECK(header.at("weight").get<std::vector<int>>("data_offsets") == std::vector{32, 56});
    CHECK(header.at("bytes").get<std::vector<int>>("data_offsets") == std::vector{56, 59});
}

TEST_CASE("half precision is kept as bytes") {
    const auto file =
        decode(file_of(R"({"h":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}})", 4));
    CHECK(file.at("h").type == io::dtype::bf16);
    CHECK(file.at("h").data == io::bytes{0, 1, 2, 3});
    const io::bytes again = io::encode_safetensors(file);
    CHECK(decode(again).at("h").data == file.at("h").data);
}

TEST_CASE("wrong requests and wrong tensors are told apart") {
    io::safetensors file = example();
    check_refused<bad_argument>(
        [&] { file.get<float>("bias"); },
        {"number 2 of the tensor 'bias' (F64) is 1e-300, which no F32 equals"});
    check_refused<bad_argument>([&] { file.get<float>("gain"); }, {"no tensor 'gain' among 5"});
    check_refused<bad_shape>(
        [&] {
            file.set("x", io::ndarray<float>{{2, 2}, {1, 2, 3}});
        },
        {"(2, 2)", "3 elements"});
    file.tensors["bias"].shape = {4};
    check_refused<bad_shape>([&] { io::encode_safetensors(file); }, {"'bias'", "(4)", "24 bytes"});
    io::safetensors named;
    named.set("__metadata__", io::ndarray<float>{{1}, {1}});
    check_refused<bad_argument>([&] { io::encode_safetensors(named); }, {"__metadata__"});
}

TEST_CASE("a type that is not read as numbers is kept as bytes, and written again") {
    const io::bytes bytes = file_of(
        R"({"q":{"dtype":"Q4_K","shape":[32],"data_offsets":[0,3]},"x":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}})",
        4);
    const auto file = decode(bytes);
    CHECK(file.get<std::uint8_t>("x").data == std::vector<std::uint8_t>{3});
    CHECK(file.at("q").data == io::bytes{0, 1, 2});
    CHECK(io::type_name(file.at("q")) == "Q4_K");
    check_refused<bad_argument>([&] { file.get<float>("q"); },
                                {"w.safetensors: the tensor 'q' holds Q4_K", "at('q').data"});
    const auto again = decode(io::encode_safetensors(file));
    CHECK(again.at("q").data == file.at("q").data);
    CHECK(again.at("q").shape == std::vector<std::size_t>{32});
    CHECK(io::type_name(again.at("q")) == "Q4_K");
}

TEST_CASE("errors of a file that was read name it") {
    const auto file =
        decode(file_of(R"({"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1));
    check_refused<bad_argument>([&] { (void)file.at("y"); }, {"diffgen: w.safetensors: ", "'y'"});
    const scratch_folder folder;
    io::safetensors bad;
    bad.tensors["x"] = {io::dtype::u8, {2}, {1}};
    check_refused<bad_shape>([&] { io::write_safetensors(folder.path / "out", bad); },
                             {"diffgen: " + (folder.path / "out").string() + ": the tensor 'x'"});
}

TEST_CASE("hostile header lengths are refused before anything is allocated") {
    for (const std::uint64_t length : {std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
        io::bytes file;
        io::detail::append<std::endian::little>(file, length);
        file.push_back('{');
        check_refused([&] { decode(file); }, {"w.safetensors: byte 8", std::to_string(length)});
    }
    io::bytes file;
    io::detail::append<std::endian::little>(file, std::uint64_t{3});
    file.insert(file.end(), {'{', '}'});
    check_refused([&] { decode(file); }, {"byte 8", "the header needs 3 bytes, but 2 are left"});
    check_refused([&] { decode(io::bytes(7)); }, {"byte 0", "8 bytes, but 7"});
}

TEST_CASE("headers that break the rules are refused with the entry and the values") {
    check_bad("[]", 0, {"byte 8", "the header does not begin with '{'"});
    check_bad("{\"a\": }", 0, {"byte 14", "expected a value"});
    check_bad(R"({"a": 1})", 0, {"'a'", "is an integer, not an object"});
    check_bad(R"({"a":{"dtype":"F32","shape":[1]}})", 4, {"'a'", "no 'data_offsets'"});
    check_bad(R"({"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}})", 4,
              {"'dtype' is an integer"});
    check_bad(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4,
              {"'shape'[0] is -1"});
    check_bad(R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})", 4,
              {"'shape'[0] is a num"});
    check_bad(R"({"__metadata__":{"k":1}})", 0, {"'__metadata__'", "not a string"});
    check_bad(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},
                 "a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
              0, {"'a' comes twice"});
}

TEST_CASE("sizes that overflow or disagree are refused with the values") {
    check_bad(R"({"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0,
              {"(4294967296, 4294967296) overflows"});
    check_bad(R"({"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}})", 0,
              {"(2305843009213693952) overflows"});
    check_bad(R"({"a":{"dtype":"U8","shape":[0,9223372036854775808],"data_offsets":[0,0]}})", 0,
              {"9223372036854775808) overflows"});
    check_bad(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4,
              {"(2) of F32 takes 8 bytes", "(0, 4) hold 4"});
    check_bad(R"({"a":{"dtype":"U8","shape":[9223372036854775807],
                 "data_offsets":[0,9223372036854775807]}})",
              4, {"take 9223372036854775807 bytes", "holds 4"});
}

TEST_CASE("offsets that overlap, leave holes or leave the file are refused with the values") {
    const auto two = [](const char* first, const char* second) {
        return detail::text(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)", first,
                            R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)", second, "}}");
    };
    CHECK(decode(file_of(two("[4,8]", "[0,4]"), 8)).get<std::uint8_t>("a").data.at(0) == 4);
    check_bad(two("[0,4]", "[2,6]"), 6, {"'b' begins at offset 2, where 4 is next"});
    check_bad(two("[0,4]", "[6,10]"), 10, {"'b' begins at offset 6, where 4 is next"});
    check_bad(two("[1,5]", "[5,9]"), 9, {"'a' begins at offset 1, where 0 is next"});
    check_bad(two("[0,4]", "[4,8]"), 7, {"take 8 bytes", "holds 7"});
    check_bad(two("[0,4]", "[4,8]"), 9, {"take 8 bytes", "holds 9"});
    check_bad(two("[4,0]", "[4,8]"), 8, {"(4, 0) are not a begin and an end"});
    check_bad(two("[0]", "[4,8]"), 8, {"(0) are not a begin and an end"});
    check_bad(two("[0,18446744073709551620]", "[4,8]"), 8, {"'data_offsets'[1] is a number"});
}

TEST_CASE("every shortened file is refused") {
    check_truncations_refused(io::encode_safetensors(example()), io::decode_safetensors);
}
