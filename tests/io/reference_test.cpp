// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The files of reference/, read to the bit as the reference readers of their formats read them.
#include <diffgen/io/csv.hpp>
#include <diffgen/io/idx.hpp>
#include <diffgen/io/json.hpp>
#include <diffgen/io/npy.hpp>
#include <diffgen/io/png.hpp>
#include <diffgen/io/safetensors.hpp>

#include "io_testing.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

using namespace diffgen;
namespace fs = std::filesystem;

namespace {

const fs::path folder = fs::path(DIFFGEN_TESTS_DIR) / "io/reference";

/// Equal numbers, of the same sign where they are zero; NaN equals NaN.
bool same(double a, double b) {
    return a != a ? b != b : std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}
bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return std::ranges::equal(a, b, [](double x, double y) { return same(x, y); });
}

/// Checks an array that `read<T>()` gives, with the T in which the reference has it.
template <class Read>
void check_array(const io::json& expected, Read read) {
    const auto shape = expected.get<std::vector<std::size_t>>("shape");
    const auto type = expected.get<std::string>("type");
    const auto check = [&]<class T>(T) {
        const io::ndarray<T> array = read(T{});
        CHECK(array.shape == shape);
        const auto values = expected.get<std::vector<T>>("values");
        if constexpr (std::is_same_v<T, double>)
            CHECK(same(array.data, values));
        else
            CHECK(array.data == values);
    };
    if (type == "f64") check(double{});
    if (type == "i64") check(std::int64_t{});
    if (type == "u64") check(std::uint64_t{});
}

void check_safetensors(const fs::path& path, const io::json& expected) {
    const auto file = io::read_safetensors(path);
    const auto& tensors = expected.at("tensors").members();
    CHECK(file.tensors.size() == tensors.size());
    for (const io::json::member& each : tensors) {
        const auto& name = each.first;
        const auto& held = each.second;
        INFO(name);
        if (held.contains("bytes"))
            CHECK(file.at(name).data == held.get<io::bytes>("bytes"));
        else
            check_array(held, [&](auto t) { return file.get<decltype(t)>(name); });
    }
    io::json metadata = io::json::object(file.metadata.begin(), file.metadata.end());
    CHECK(metadata == expected.at("metadata"));
    // What is read can be written and read again.
    const auto again = io::decode_safetensors(io::encode_safetensors(file), "again");
    for (const auto& [name, held] : tensors)
        CHECK(again.at(name).data == file.at(name).data);
}

void check_csv(const fs::path& path, const io::json& expected) {
    io::csv_options options{.separator = expected.get<std::string>("separator", ",").front(),
                            .gaps = expected.get<bool>("gaps", false)};
    const auto header = expected.get<std::string>("header", "");
    if (header == "present") options.header = io::csv_header::present;
    if (header == "absent") options.header = io::csv_header::absent;
    options.index_column = expected.get<bool>("index_column", false);
    const auto table = io::read_csv(path, options);
    CHECK(table.rows == expected.get<std::size_t>("rows"));
    CHECK(table.header == expected.get<std::vector<std::string>>("header_names"));
    CHECK(table.index == expected.get<std::vector<std::string>>("index"));
    CHECK(same(table.values, expected.get<std::vector<double>>("values")));
}

template <class Sample>
void check_png(const fs::path& path, const io::json& expected, Sample scale) {
    const auto picture = io::read_png<Sample>(path);
    CHECK(picture.width == expected.get<std::size_t>("width"));
    CHECK(picture.channels == expected.get<std::size_t>("channels"));
    CHECK(picture.pixels.size() == picture.width * picture.height * picture.channels);
    auto values = expected.get<std::vector<Sample>>("values");
    for (Sample& each : values)
        each = static_cast<Sample>(each * scale);
    CHECK(picture.pixels == values);
}

void check_file(const fs::path& path, const io::json& expected) {
    const std::string name = path.filename().string();
    const auto is = [&](std::string_view ending) {
        return name.ends_with(ending) || name.ends_with(std::string(ending) + ".gz");
    };
    if (is(".npy")) {
        check_array(expected, [&](auto t) { return io::read_npy<decltype(t)>(path); });
    } else if (is(".idx")) {
        check_array(expected, [&](auto t) { return io::read_idx<decltype(t)>(path); });
    } else if (is(".csv")) {
        check_csv(path, expected);
    } else if (is(".json")) {
        CHECK(io::dump_json(io::read_json(path)) == io::dump_json(expected.at("value")));
    } else if (is(".safetensors")) {
        check_safetensors(path, expected);
    } else {
        REQUIRE(is(".png"));
        if (expected.get<int>("bits") == 8) {
            check_png<std::uint8_t>(path, expected, 1);
            check_png<std::uint16_t>(path, expected, 257);
        } else {
            check_png<std::uint16_t>(path, expected, 1);
            check_refused([&] { (void)io::read_png(path); }, {"read_png<std::uint16_t>"});
        }
    }
}

}  // namespace

TEST_CASE("every file is read as its reference reads it") {
    const io::json expected = io::read_json(folder / "expected.json");
    CHECK(expected.members().size() > 100);
    for (const io::json::member& each : expected.members()) {
        INFO(each.first);
        check_file(folder / "files" / each.first, each.second);
    }
}

TEST_CASE("files that are refused, with what is wrong and the path") {
    const io::json refused = io::read_json(folder / "refused.json");
    for (const io::json::member& each : refused.members()) {
        INFO(each.first);
        const fs::path path = folder / "files" / each.first;
        const auto text = each.second.as<std::string>();
        const auto read = [&, kind = path.extension().string()] {
            if (kind == ".csv")
                (void)io::read_csv(path);
            else if (kind == ".json")
                (void)io::read_json(path);
            else
                (void)io::read_npy<float>(path);
        };
        check_refused(read, {"diffgen: ", path.string(), text});
    }
}

TEST_CASE("no file lies there without an expectation") {
    const io::json expected = io::read_json(folder / "expected.json"),
                   refused = io::read_json(folder / "refused.json");
    for (const auto& entry : fs::directory_iterator(folder / "files")) {
        const auto name = entry.path().filename().string();
        INFO(name);
        CHECK(expected.contains(name) != refused.contains(name));
    }
}
