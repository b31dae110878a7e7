// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/io/idx.hpp>

#include "io_testing.hpp"

#include <cstdint>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

io::ndarray<std::uint8_t> decode(std::span<const std::uint8_t> data, const std::string& name) {
    return io::decode_idx<std::uint8_t>(data, name);
}

template <class T>
void check_round_trip(const std::vector<T>& data) {
    const scratch_folder folder;
    io::write_idx<T>(folder.path / "a.idx", {{2, data.size() / 2}, data});
    const auto back = io::read_idx<T>(folder.path / "a.idx");
    CHECK(back.shape == std::vector<std::size_t>{2, data.size() / 2});
    CHECK(back.data == data);
}

}  // namespace

TEST_CASE("labels as MNIST stores them") {
    const io::bytes file = literal("\x00\x00\x08\x01\x00\x00\x00\x03\x07\x02\x01");
    const auto labels = decode(file, "labels");
    CHECK(labels.shape == std::vector<std::size_t>{3});
    CHECK(labels.data == std::vector<std::uint8_t>{7, 2, 1});
    CHECK(io::encode_idx(labels) == file);
}

TEST_CASE("numbers of several bytes are big-endian") {
    const auto file = literal("\x00\x00\x0B\x01\x00\x00\x00\x02\x01\x02\xff\xfe");
    CHECK(io::decode_idx<std::int16_t>(file, "a").data == std::vector<std::int16_t>{258, -2});
}

TEST_CASE("every element type comes back") {
    check_round_trip<std::uint8_t>({0, 1, 128, 255});
    check_round_trip<std::int8_t>({0, 1, -128, 127});
    check_round_trip<std::int16_t>({-32768, 258});
    check_round_trip<std::int32_t>({-2147483647 - 1, 66051});
    check_round_trip<float>({0.1f, -2, 3, 1e-30f});
    check_round_trip<double>({0.1, 1e300});
}

TEST_CASE("bad files are refused with offsets and values") {
    const auto check_bad = [](const io::bytes& file,
                              std::initializer_list<std::string_view> parts) {
        check_refused([&] { decode(file, "d.idx"); }, parts);
    };
    check_bad(literal("\x1f\x8b\x08\x00\x00"), {"d.idx: byte 0", "gzip", "unpack"});
    check_bad(literal("\x00\x01\x08\x01\x00"), {"byte 0", "begins with 0 and 1"});
    check_bad(literal("\x00\x00\x00\x01\x00\x00\x00\x00"),
              {"byte 2", "element type 0 is not known"});
    check_bad(literal("\x00\x00\x08\x02\x00\x00\x00\x00\x00"),
              {"byte 8", "a size needs 4", "1 are"});
    check_bad(literal("\x00\x00\x08\x01\x00\x00\x00\x03\x01\x02"), {"(3) takes 3 bytes", "has 2"});
    check_bad(literal("\x00\x00\x08\x01\x00\x00\x00\x01\x01\x02"), {"(1) takes 1 bytes", "has 2"});
    check_bad(literal("\x00\x00\x08\x01\xff\xff\xff\xff\x01"), {"takes 4294967295 bytes"});
    check_bad(literal("\x00\x00\x08\x02\xff\xff\xff\xff\xff\xff\xff\xff"),
              {"4294967295) overflows"});
    check_bad(literal("\x00\x00\x08\x03\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"),
              {"(0, 4294967295, 4294967295) overflows"});
    check_bad(literal("\x00\x00\x08\xff\x00\x00\x00\x01"), {"byte 8", "a size needs 4 bytes"});
}

TEST_CASE("numbers come as the T that equals them, or are refused with their place") {
    const io::bytes bytes = io::encode_idx<std::int16_t>({{2}, {7, -1}});
    CHECK(io::decode_idx<float>(bytes, "b").data == std::vector<float>{7, -1});
    check_refused([&] { io::decode_idx<std::uint8_t>(bytes, "b.idx"); },
                  {"b.idx: byte 10: element 1 (I16) is -1, which no U8 equals"});
}

TEST_CASE("every shortened file is refused") {
    check_truncations_refused(io::encode_idx<std::uint8_t>({{2, 2}, {1, 2, 3, 4}}), decode);
}

TEST_CASE("an array that the format cannot hold is not written") {
    const std::vector<std::size_t> deep(256, 1);
    check_refused<bad_shape>([&] { io::encode_idx<float>({deep, {1}}); }, {"255 sizes, not 256"});
    check_refused<bad_shape>(
        [] {
            io::encode_idx<float>({{std::size_t{1} << 32, 0}, {}});
        },
        {"4294967296"});
    check_refused<bad_shape>([] { io::encode_idx<float>({{2}, {1}}); }, {"(2)", "1 elements"});
}
