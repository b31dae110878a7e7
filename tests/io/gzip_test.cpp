// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Unpacking: what is damaged is refused. Files of zlib and gzip are in reference/.
#include <diffgen/io/gzip.hpp>
#include <diffgen/io/inflate.hpp>

#include "io_testing.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

using namespace diffgen;

namespace {

const auto folder = std::filesystem::path(DIFFGEN_TESTS_DIR) / "io/reference/files";

/// Python: zlib.compress(b"diffgen diffgen diffgen", 9), whose repeat reaches into itself.
const io::bytes packed = literal(
    "\x78\xda\x4b\xc9\x4c\x4b\x4b\x4f\xcd\x53"
    "\x48\x41\xa5\x01\x68\x7e\x08\xba");

}  // namespace

TEST_CASE("a zlib stream is unpacked, up to what is due") {
    const auto text = io::zlib_decompress(packed, "z", 23);
    CHECK(io::as_text(text) == "diffgen diffgen diffgen");
    check_refused([] { io::zlib_decompress(packed, "z", 22); },
                  {"diffgen: z: byte ", "more than the 22 bytes that are due"});
}

TEST_CASE("every shortened or changed stream is refused") {
    check_truncations_refused(
        packed, [](auto data, const char* name) { return io::zlib_decompress(data, name, 23); });
    const io::bytes whole = io::read_file(folder / "every_field.csv.gz");
    check_truncations_refused(whole,
                              [](auto data, const char* name) { return io::gunzip(data, name); });
    io::bytes wrong = whole;
    wrong[wrong.size() - 8] ^= 1;
    check_refused([&] { io::gunzip(wrong, "w.gz"); }, {"w.gz: byte ", "check sum"});
    wrong = whole;
    wrong[wrong.size() - 1] ^= 1;
    check_refused([&] { io::gunzip(wrong, "w.gz"); }, {"are 4 bytes, not 16777220"});
    wrong = whole;
    wrong.push_back('x');
    check_refused([&] { io::gunzip(wrong, "w.gz"); }, {"a gzip header needs 10 bytes"});
    check_refused([] { io::zlib_decompress(literal("\x78\xdb\0\0"), "z", 1); }, {"120 and 219"});
    check_refused([] { io::zlib_decompress(literal("\x78\xbb\0\0\0\0"), "z", 1); },
                  {"need a dictionary"});
}

TEST_CASE("streams that break the rules of Deflate are refused") {
    const auto check_bad = [](const io::bytes& stream, std::string_view part) {
        io::cursor in(stream, "d");
        io::bytes out;
        check_refused([&] { io::detail::inflater(in, out, 1000).blocks(); }, {"d: byte ", part});
    };
    check_bad(literal("\x07"), "no known kind");
    check_bad(literal("\x01\x02\x00\x00\x00"), "length of a stored block is 2, its check 0");
    check_bad(literal("\x03\x02\x00"), "repeat from");  // a repeat before any byte
    check_bad(literal("\xfd\xff\xff"), "not at most 286 and 30");
    check_bad(literal("\x05\x00\x00\x00"), "no prefix code");
}

TEST_CASE("readers unpack files") {
    const scratch_folder scratch;
    CHECK(io::read_unpacked(folder / "members.csv.gz") == literal("1,2\n3,4\n"));
    io::write_file(scratch.path / "plain", literal("1,2\n"));
    CHECK(io::read_unpacked(scratch.path / "plain") == literal("1,2\n"));
}
