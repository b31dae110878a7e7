// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/io/npy.hpp>

#include "io_testing.hpp"

#include <cstdint>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

/// A version 1.0 file with this header and so many zero bytes of data.
io::bytes file_of(const std::string& header, std::size_t data_bytes) {
    io::bytes out = literal("\x93NUMPY\x01\x00");
    io::detail::append<std::endian::little>(out, static_cast<std::uint16_t>(header.size()));
    out.insert(out.end(), header.begin(), header.end());
    out.resize(out.size() + data_bytes);
    return out;
}

void check_bad(const std::string& header, std::size_t data_bytes,
               std::initializer_list<std::string_view> parts) {
    check_refused([&] { io::decode_npy<float>(file_of(header, data_bytes), "x.npy"); }, parts);
}

io::npy_array<float> decode_float(std::span<const std::uint8_t> data, const std::string& name) {
    return io::decode_npy<float>(data, name);
}

template <class T>
void check_round_trip(const std::vector<std::size_t>& shape, const std::vector<T>& data) {
    const scratch_folder folder;
    io::write_npy<T>(folder.path / "a.npy", {shape, data});
    const auto back = io::read_npy<T>(folder.path / "a.npy");
    CHECK(back.shape == shape);
    CHECK(back.data == data);
}

}  // namespace

TEST_CASE("arrays of every element type and rank come back") {
    check_round_trip<float>({2, 3}, {0, -1.5f, 2, 3, 4, 0.1f});
    check_round_trip<double>({}, {1e-300});
    check_round_trip<std::int32_t>({3}, {-2147483647 - 1, 0, 2147483647});
    check_round_trip<std::int64_t>({1, 1, 2}, {-9223372036854775807, 1});
    check_round_trip<std::uint8_t>({4, 0, 2}, {});
    check_round_trip<std::int8_t>({2}, {-128, 127});
    check_round_trip<std::uint16_t>({2}, {0, 65535});
    check_round_trip<std::uint8_t>({300}, std::vector<std::uint8_t>(300, 7));
}

TEST_CASE("the written bytes are those of numpy.save") {
    // numpy.save of numpy.array([[1, 2]], dtype='<i4'), by the format's description: the header is
    // padded with blanks to a newline so that the data begin at byte 128.
    io::bytes expected = literal("\x93NUMPY\x01\x00\x76\x00");
    std::string header = "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }";
    header.resize(117, ' ');
    header += '\n';
    expected.insert(expected.end(), header.begin(), header.end());
    const io::bytes data = literal("\x01\x00\x00\x00\x02\x00\x00\x00");
    expected.insert(expected.end(), data.begin(), data.end());
    CHECK(io::encode_npy<std::int32_t>({{1, 2}, {1, 2}}) == expected);
}

TEST_CASE("all three versions are read, keys in any order, either quote") {
    const std::string header = "{\"shape\": (2,), 'fortran_order':True,'descr' : '<f4'}\n";
    for (const auto major : io::bytes{1, 2, 3}) {
        io::bytes file = literal("\x93NUMPY");
        file.insert(file.end(), {major, 0});
        if (major == 1) {
            io::detail::append<std::endian::little>(file,
                                                    static_cast<std::uint16_t>(header.size()));
        } else {
            io::detail::append<std::endian::little>(file,
                                                    static_cast<std::uint32_t>(header.size()));
        }
        file.insert(file.end(), header.begin(), header.end());
        // 1.0f is 3f800000 in IEEE 754.
        for (const int byte : {0, 0, 0x80, 0x3f, 0, 0, 0, 0})
            file.push_back(std::uint8_t(byte));
        CHECK(decode_float(file, "a").data == std::vector<float>{1, 0});
    }
}

TEST_CASE("a header too long for version 1 is written as version 2") {
    const std::vector<std::size_t> shape(40000, 1);
    const io::bytes file = io::encode_npy<float>({shape, {5}});
    CHECK(file[6] == 2);
    CHECK(decode_float(file, "a").shape == shape);
}

TEST_CASE("what is no .npy file is refused") {
    check_refused([] { decode_float(literal("\x93NUMPX\x01\x00\x00\x00"), "x.npy"); },
                  {"x.npy: byte 0", "magic"});
    check_refused([] { decode_float(literal("\x93NUMPY\x04\x00\x00\x00"), "x.npy"); },
                  {"byte 6", "version 4.0"});
    check_refused([] { decode_float(literal("\x93NUMPY\x01\x01\x00\x00"), "x.npy"); },
                  {"byte 6", "version 1.1"});
    check_refused([] { decode_float(literal("\x93NUMPY\x02\x00\xff\xff\xff\xff{"), "x.npy"); },
                  {"byte 12", "needs 4294967295 bytes, but 1 are left"});
}

TEST_CASE("headers that break the rules are refused with their text") {
    check_bad("", 0, {"byte 10", "'{'"});
    check_bad("{'descr': '<f4', 'fortran_order': False}", 0, {"a 'shape'"});
    check_bad("{'shape': (1,), 'descr': '<f4'}", 4, {"a 'fortran_order'"});
    check_bad("{'shape': (1,), 'fortran_order': False, }", 4, {"a 'descr'"});
    check_bad("{'descr': '<f4', 'descr': '<f4'}", 0, {"byte 27", "once", "'descr': '<f4'}"});
    check_bad("{'descr': '<f4', 'extra': 1}", 0, {"byte 27", "'extra': 1}"});
    check_bad("{'descr': '<f4, ", 0, {"byte 20", "a closing quote"});
    check_bad("{'descr': [('a', '<f4')]}", 0, {"byte 20", "a string", "[('a'"});
    check_bad("{'fortran_order': false}", 0, {"True or False", "false}"});
    check_bad("{'shape': 3}", 0, {"'('", "3}"});
    check_bad("{'shape': (3)}", 0, {"',' after the only size"});
    check_bad("{'shape': (3, -1)}", 0, {"a size", "-1)}"});
    check_bad("{'shape': (3 4)}", 0, {"',' after the only size", "4)}"});
    check_bad("{'shape': (99999999999999999999,)}", 0, {"a size below 2^64", "9999"});
    check_bad("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x", 4,
              {"only blanks", "\"x\""});
}

TEST_CASE("wrong elements, orders and sizes are refused with the values") {
    const auto with = [](const char* descr, const char* order, const char* shape) {
        return diffgen::detail::text("{'descr': '", descr, "', 'fortran_order': ", order,
                                     ", 'shape': ", shape, "}");
    };
    for (const char* descr : {"|O", "<c8", "<f16", "<M8[ns]", "|S4", "<U1", "<V4", "x4", ""})
        check_bad(with(descr, "False", "(1,)"), 8, {"the elements are '", descr, "f2, f4 or f8"});
    check_bad(with("<f4", "False", "(2, 3)"), 23,
              {"(2, 3) of '<f4' takes 24 bytes, the file has 23"});
    check_bad(with("<f4", "False", "(2, 3)"), 25,
              {"(2, 3) of '<f4' takes 24 bytes, the file has 25"});
    check_bad(with("<f4", "False", "(9223372036854775808,)"), 4,
              {"9223372036854775808) overflows"});
    check_bad(with("<f4", "False", "(4294967296, 4294967296)"), 4, {"(4294967296, 42949"});
    check_bad(with("<f4", "False", "(0, 18446744073709551615)"), 0, {"overflows"});
    check_bad(with("<f4", "False", "(2305843009213693951,)"), 4,
              {"takes 9223372036854775804 bytes"});
}

TEST_CASE("numbers come as the T that equals them, or are refused with their place") {
    const auto of = [](const char* descr, const io::bytes& data) {
        io::bytes file = file_of(
            diffgen::detail::text("{'descr': '", descr, "', 'fortran_order': False, 'shape': (",
                                  data.size() / 4, ",)}"),
            0);
        file.insert(file.end(), data.begin(), data.end());
        return file;
    };
    const io::bytes whole = of("<i4", {1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff});
    CHECK(io::decode_npy<double>(whole, "w").data == std::vector<double>{1, -1});
    CHECK(io::decode_npy<std::int8_t>(whole, "w").data == std::vector<std::int8_t>{1, -1});
    check_refused([&] { io::decode_npy<std::uint8_t>(whole, "w.npy"); },
                  {"w.npy: byte ", "element 1 ('<i4') is -1, which no '|u1' equals"});
    const io::bytes big = of("<i4", {1, 0, 0, 1});  // 2^24 + 1, one more than floats can count
    check_refused([&] { io::decode_npy<float>(big, "b"); }, {"element 0", "16777217", "'<f4'"});
    CHECK(io::decode_npy<double>(big, "b").data == std::vector<double>{16777217});
    const io::bytes half = of(">f4", {0x3f, 0, 0, 0});
    check_refused([&] { io::decode_npy<std::int32_t>(half, "h"); }, {"('>f4') is 0.5", "'<i4'"});

    const io::npy_array<double> tenth{{2}, {2, 0.1}};
    const io::bytes doubles = io::encode_npy(tenth);
    check_refused([&] { io::decode_npy<float>(doubles, "d"); }, {"element 1 ('<f8') is 0.1,"});
    CHECK(io::rounded<float>(io::decode_npy<double>(doubles, "d")).data ==
          std::vector<float>{2, 0.1f});
    const io::bytes huge = io::encode_npy<double>({{1}, {1e300}});
    check_refused([&] { io::decode_npy<float>(huge, "d"); }, {"is 1e+300"});
    check_refused([&] { io::decode_npy<std::int64_t>(huge, "d"); }, {"is 1e+300"});
    const io::bytes edge = io::encode_npy<double>({{1}, {0x1p63}});
    CHECK(io::decode_npy<std::uint64_t>(edge, "e").data.front() == std::uint64_t{1} << 63);
    check_refused([&] { io::decode_npy<std::int64_t>(edge, "e"); }, {"is 9223372036854775808,"});
    const io::bytes most = io::encode_npy<std::uint64_t>({{1}, {~std::uint64_t{0}}});
    check_refused([&] { io::decode_npy<double>(most, "m"); }, {"is 18446744073709551615"});
    check_refused([&] { io::decode_npy<std::int64_t>(most, "m"); }, {"is 18446744073709551615"});
}

TEST_CASE("every shortened file is refused") {
    check_truncations_refused(io::encode_npy<float>({{2}, {1, 2}}), decode_float);
}

TEST_CASE("an array whose shape does not fit is not written") {
    check_refused<bad_shape>(
        [] {
            io::encode_npy<float>({{2, 2}, {1, 2, 3}});
        },
        {"(2, 2)", "3 elements"});
}
