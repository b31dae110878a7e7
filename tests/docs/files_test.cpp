// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The code of docs/concepts/files.md.
#include <diffgen/io/csv.hpp>
#include <diffgen/io/idx.hpp>
#include <diffgen/io/npy.hpp>
#include <diffgen/io/png.hpp>

#include "../io/io_testing.hpp"

#include <cstdint>
#include <filesystem>

using namespace diffgen;

TEST_CASE("files as the page reads them") {
    const auto folder = std::filesystem::path(DIFFGEN_TESTS_DIR) / "io/reference/files";
    const auto array = folder / "f8_be_fortran.npy", images = folder / "packed.idx.gz",
               table = folder / "pandas_index.csv", picture = folder / "rgb16.png";
    // [files]
    const auto x = io::read_npy<double>(array);  // any order, any bytes, any type that doubles hold
    const io::ndarray<float> rounded = io::rounded<float>(x);  // the nearest floats
    const auto digits = io::read_idx<float>(images);           // bytes, packed by gzip
    const auto rows =
        io::read_csv(table, {.header = io::csv_header::present, .index_column = true});
    const auto deep = io::read_png<std::uint16_t>(picture);
    // [files]
    CHECK(x.shape == std::vector<std::size_t>{2, 3});
    CHECK(rounded.data[4] == 100.f);
    CHECK(digits.data.back() == 100.f);
    CHECK(rows.columns == 2);
    CHECK(deep.channels == 3);
}
