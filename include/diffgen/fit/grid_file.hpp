// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Explicit grids in small JSON files: {"grid": "sigmas", "values": [80.0, ..., 0.0]}. The numbers
// come back to the bit.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>
#include <diffgen/io/json.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::fit {

namespace detail {

using diffgen::detail::text;

/// The grids that a file can hold, by their names.
template <class Grid>
inline constexpr const char* grid_name = nullptr;
template <>
inline constexpr const char* grid_name<grid::sigmas> = "sigmas";
template <>
inline constexpr const char* grid_name<grid::times> = "times";

/// What is wrong with the values of a grid, or nothing.
template <class Grid>
std::string complaint(const std::vector<double>& v) {
    if (v.size() < 2) return text("has ", v.size(), " values; a step needs two");
    constexpr bool ratios = std::same_as<Grid, grid::sigmas>;
    for (std::size_t i = 0; i < v.size(); ++i) {
        const bool last = i + 1 == v.size();
        if (!(std::isfinite(v[i]) || (ratios && i == 0 && v[i] > 0)))
            return text("has the value ", v[i], " at ", i, "; it must be finite");
        if (ratios && (v[i] < 0 || (v[i] == 0 && !last)))
            return text("has the value ", v[i], " at ", i, "; only the last may be 0, none below");
        if (i > 0 && !(v[i] < v[i - 1]))
            return text("goes from ", v[i - 1], " to ", v[i], " at ", i, "; it must fall");
    }
    return {};
}

}  // namespace detail

/// Writes grid::sigmas or grid::times. Throws bad_argument where read_grid would refuse it,
/// bad_file where the file cannot be written.
template <class Grid>
void write_grid(const std::filesystem::path& path, const Grid& g) {
    static_assert(detail::grid_name<Grid> != nullptr,
                  "diffgen: a file holds grid::sigmas or grid::times");
    if (const auto wrong = detail::complaint<Grid>(g.values); !wrong.empty())
        throw bad_argument(detail::text("diffgen: a grid for ", path.string(), " ", wrong));
    io::json document;
    document.set("grid", detail::grid_name<Grid>);
    document.set("values", io::json::array(g.values.begin(), g.values.end()));
    io::write_json(path, document);
}

/// Reads what write_grid wrote. Throws bad_file where it is not a grid of this kind that a run
/// could use, or larger than 1 MiB.
template <class Grid = grid::sigmas>
[[nodiscard]] Grid read_grid(const std::filesystem::path& path) {
    static_assert(detail::grid_name<Grid> != nullptr,
                  "diffgen: a file holds grid::sigmas or grid::times");
    const std::string name = path.string();
    const auto data = io::read_file(path, 1 << 20);
    const io::json document = io::parse_json(io::as_text(data), name);
    std::vector<double> values;
    try {
        const auto kind = document.get<std::string>("grid");
        if (kind != detail::grid_name<Grid>)
            throw bad_argument(detail::text("diffgen: the grid is '", kind, "', not '",
                                            detail::grid_name<Grid>, "'"));
        values = document.get<std::vector<double>>("values");
    } catch (const bad_argument& wrong) {
        throw bad_file(detail::text("diffgen: ", name, ": ", io::detail::inner_text(wrong)));
    }
    if (const auto wrong = detail::complaint<Grid>(values); !wrong.empty())
        throw bad_file(detail::text("diffgen: ", name, ": the grid ", wrong));
    return Grid(std::move(values));
}

}  // namespace diffgen::inline DIFFGEN_ABI::fit

#include <diffgen/core/with_macros.hpp>
