// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The readers of io. What one accepts is written and read again, with the same result.

#include <diffgen/io/csv.hpp>
#include <diffgen/io/idx.hpp>
#include <diffgen/io/json.hpp>
#include <diffgen/io/npy.hpp>
#include <diffgen/io/safetensors.hpp>

#include "fuzzing.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace fuzz {

namespace io = diffgen::io;

/// NaN equals NaN.
template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
    return std::ranges::equal(a, b, [](T x, T y) { return x == y || (x != x && y != y); });
}

inline void npy(input data) {
    io::npy_array<double> doubles;
    const bool read = accepts("a.npy", [&] { doubles = io::decode_npy<double>(data, "a.npy"); });
    if (read) {
        const auto again = io::decode_npy<double>(io::encode_npy(doubles), "again");
        require(again.shape == doubles.shape && same(again.data, doubles.data), "npy changes");
    }
    accepts("a.npy", [&] {
        const auto integers = io::decode_npy<std::int32_t>(data, "a.npy");
        require(read && std::ranges::equal(integers.data, doubles.data), "npy differs as integers");
    });
}

inline void idx(input data) {
    accepts("a.idx", [&] {
        const auto doubles = io::decode_idx<double>(data, "a.idx");
        const auto again = io::decode_idx<double>(io::encode_idx(doubles), "again");
        require(again.shape == doubles.shape && same(again.data, doubles.data), "IDX changes");
    });
    accepts("a.idx", [&] { io::decode_idx<std::uint8_t>(data, "a.idx"); });
}

inline void safetensors_file(input data) {
    accepts("a.safetensors", [&] {
        const auto file = io::decode_safetensors(data, "a.safetensors");
        const auto again = io::decode_safetensors(io::encode_safetensors(file), "again");
        require(again.metadata == file.metadata && again.tensors.size() == file.tensors.size(),
                "safetensors change");
        for (const auto& [name, held] : file.tensors) {
            require(again.at(name).data == held.data && again.at(name).shape == held.shape &&
                        io::type_name(again.at(name)) == io::type_name(held),
                    "a tensor changes");
            accepts("a.safetensors", [&, &of = name] { file.get<float>(of); });
        }
    });
}

/// As a file, and as the header of one.
inline void safetensors(input data) {
    safetensors_file(data);
    if (data.empty() || data[0] != '{') return;
    const auto end = io::as_text(data).rfind('}');
    io::bytes whole;
    io::detail::append<std::endian::little>(
        whole, std::uint64_t{end == std::string_view::npos ? data.size() : end + 1});
    whole.insert(whole.end(), data.begin(), data.end());
    safetensors_file(whole);
}

inline void json(input data) {
    accepts("a.json", [&] {
        const auto value = io::parse_json(io::as_text(data), "a.json");
        const std::string text = io::dump_json(value);
        require(io::dump_json(io::parse_json(text, "again")) == text, "JSON changes");
    });
}

/// The first byte chooses the options.
inline void csv(input data) {
    if (data.empty()) return;
    const unsigned bits = data[0];
    const io::csv_options options{.separator = ",;\t "[bits & 3],
                                  .gaps = (bits & 4) != 0,
                                  .header = static_cast<io::csv_header>((bits >> 3) % 3),
                                  .index_column = (bits & 32) != 0};
    accepts("a.csv", [&] {
        const auto table = io::parse_csv(io::as_text(data.subspan(1)), "a.csv", options);
        require(table.values.size() == table.rows * table.columns, "a table has other sizes");
        if (table.rows == 0) return;
        io::csv_options exact = options;
        exact.header = table.header.empty() ? io::csv_header::absent : io::csv_header::present;
        const auto again = io::parse_csv(io::dump_csv(table, options.separator), "again", exact);
        require(again.header == table.header && again.index == table.index &&
                    same(again.values, table.values),
                "CSV changes");
    });
}

}  // namespace fuzz
