// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/io/file.hpp>

#include "io_testing.hpp"

using namespace diffgen;

TEST_CASE("a file is replaced as a whole and nothing else is left in its folder") {
    const scratch_folder folder;
    const auto path = folder.path / "data.bin";
    const io::bytes first{1, 2, 3, 0, 255};
    const io::bytes second{9};
    io::write_file(path, first);
    CHECK(io::read_file(path) == first);
    io::write_file(path, second);
    CHECK(io::read_file(path) == second);
    io::write_file(path, {});
    CHECK(io::read_file(path).empty());
    const std::filesystem::directory_iterator entries(folder.path);
    CHECK(std::distance(begin(entries), end(entries)) == 1);
}

TEST_CASE("what is no readable file is refused by name") {
    const scratch_folder folder;
    check_refused([&] { io::read_file(folder.path / "missing.bin"); }, {"missing.bin: "});
    check_refused([&] { io::read_file(folder.path); }, {"not a regular file"});
}

TEST_CASE("a file over the limit is refused with both sizes") {
    const scratch_folder folder;
    io::write_file(folder.path / "a", io::bytes(11));
    check_refused([&] { io::read_file(folder.path / "a", 10); }, {"11 bytes", "the 10 allowed"});
    CHECK(io::read_file(folder.path / "a", 11).size() == 11);
}

TEST_CASE("a failed write says so and leaves nothing behind") {
    const scratch_folder folder;
    check_refused([&] { io::write_file(folder.path / "no" / "a", io::bytes(1)); },
                  {"cannot be opened for writing"});
    std::filesystem::create_directories(folder.path / "taken" / "inside");
    check_refused([&] { io::write_file(folder.path / "taken", io::bytes(1)); },
                  {"taken: cannot be replaced"});
    const std::filesystem::directory_iterator entries(folder.path);
    CHECK(std::distance(begin(entries), end(entries)) == 1);
}
