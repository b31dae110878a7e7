// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/fit/grid_file.hpp>
#include <diffgen/noise/source.hpp>

#include "../io/io_testing.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace diffgen;

namespace {

struct scratch {
    scratch_folder folder{};
    std::filesystem::path path = folder.path / "grid.json";
};

template <class Grid = grid::sigmas>
void refused(const std::string& text, std::initializer_list<std::string_view> parts) {
    CAPTURE(text);
    const scratch file;
    io::write_file(file.path, io::as_bytes(text));
    check_refused<bad_file>([&] { static_cast<void>(fit::read_grid<Grid>(file.path)); }, parts);
}

}  // namespace

TEST_CASE("grid files: doubles of every size come back to the bit") {
    const scratch file;
    const noise::philox random{5};
    std::vector<double> values{std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::max()};
    for (std::uint64_t i = 0; values.back() > 0; ++i)  // down to the smallest, and to 0
        values.push_back(values.back() * 0.3 *
                         random.uniform<double>(noise::stream::training, 0, i));
    CHECK(values.size() > 500);
    fit::write_grid(file.path, grid::sigmas(values));
    CHECK(fit::read_grid(file.path).values == values);

    const std::vector<double> times{1, 0.7 - 0.1, 1.0 / 3, 1e-3, 0, -0.5};
    fit::write_grid(file.path, grid::times(times));
    CHECK(fit::read_grid<grid::times>(file.path).values == times);
}

TEST_CASE("grid files: what is not a grid is refused, with its values") {
    refused("", {"text ends"});
    refused("[1, 0]", {"an array", "an object"});
    refused(R"({"values": [1, 0]})", {"'grid'"});
    refused(R"({"grid": "sigmas"})", {"'values'"});
    refused(R"({"grid": 3, "values": [1, 0]})", {"'grid'", "a string"});
    refused(R"({"grid": "times", "values": [1, 0]})", {"'times'", "'sigmas'"});
    refused<grid::times>(R"({"grid": "sigmas", "values": [1, 0]})", {"'sigmas'", "'times'"});
    refused(R"({"grid": "sigmas", "values": 7})", {"'values'", "an array"});
    refused(R"({"grid": "sigmas", "values": [1, "2", 0]})", {"'values'[1]", "a number"});
    refused(R"({"grid": "sigmas", "values": []})", {"0 values"});
    refused(R"({"grid": "sigmas", "values": [1]})", {"1 values"});
    refused(R"({"grid": "sigmas", "values": [1, 2, 0]})", {"from 1 to 2 at 1"});
    refused(R"({"grid": "sigmas", "values": [2, 1, 1]})", {"from 1 to 1 at 2"});
    refused(R"({"grid": "sigmas", "values": [2, 0, 0]})", {"value 0 at 1"});
    refused(R"({"grid": "sigmas", "values": [2, 1, -0.25]})", {"-0.25 at 2"});
    refused(R"({"grid": "sigmas", "values": [2, NaN, 0]})", {"nan at 1"});
    refused(R"({"grid": "sigmas", "values": [2, Infinity]})", {"inf at 1"});
    refused(R"({"grid": "sigmas", "values": [-Infinity, -1]})", {"-inf at 0"});
    refused<grid::times>(R"({"grid": "times", "values": [Infinity, 1]})", {"inf at 0"});
    refused(R"({"grid": "sigmas", "values": [1, 0]} trailing)", {"byte"});
    refused(std::string((1 << 20) + 1, ' '), {"1048577", "1048576"});
    check_refused<bad_file>([] { static_cast<void>(fit::read_grid("no_such_grid.json")); },
                            {"no_such_grid.json"});
}

TEST_CASE("grid files: a grid that could not be read is not written") {
    const scratch file;
    check_refused<bad_argument>([&] { fit::write_grid(file.path, grid::sigmas({1})); },
                                {"1 values"});
    check_refused<bad_argument>(
        [&] {
            fit::write_grid(file.path, grid::times({1, NAN}));
        },
        {"nan at 1"});
    CHECK(!std::filesystem::exists(file.path));
}
