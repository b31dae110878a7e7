// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Curves in panels with logarithmic axes and a legend, as SVG 1.1.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/io/chart_panel.hpp>
#include <diffgen/io/file.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iomanip>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

namespace detail {

struct legend_entry {
    std::string name;
    std::string mark;  ///< the attributes of the path before the name
};

/// Rows of `columns` entries before the one of entry i.
inline double rows_before(std::size_t i, std::size_t columns) {
    const std::size_t rows = i / columns;
    return static_cast<double>(rows);
}

}  // namespace detail

/// The panels row by row, and below each column the legend of its curves and bands.
/// Throws bad_argument for a panel without two points, or no panels, or a band that is not above 0.
inline std::string line_charts(const std::vector<panel>& panels, const chart_options& o) {
    diffgen::detail::require(!panels.empty() && o.columns > 0, "a chart of ", panels.size(),
                             " panels in ", o.columns, " columns");
    const std::size_t rows = (panels.size() + o.columns - 1) / o.columns;
    std::vector<std::vector<detail::legend_entry>> legends(o.columns);
    std::size_t longest = 0;
    for (std::size_t i = 0; i < panels.size(); ++i) {
        auto& legend = legends[i % o.columns];
        const auto add = [&](const std::string& name, std::string mark) {
            if (std::none_of(legend.begin(), legend.end(),
                             [&](const auto& known) { return known.name == name; }))
                legend.push_back({name, std::move(mark)});
        };
        for (const auto& c : panels[i].curves)
            add(c.name, detail::stroke(c.style) + " d='M0 -4h24'");
        for (const auto& b : panels[i].bands)
            add(b.name, std::string(detail::band_fill) + " d='M0 -9h24v9h-24Z'");
        longest = std::max(longest, legend.size());
    }
    constexpr double line = 15;
    const double bottom = o.height * static_cast<double>(rows);
    std::ostringstream out;
    out << std::fixed << std::setprecision(1);
    out << "<svg xmlns='http://www.w3.org/2000/svg' width='"
        << o.width * static_cast<double>(o.columns) << "' height='"
        << bottom + line * (detail::rows_before(longest + 1, 2) + 1)
        << "' font-family='sans-serif' font-size='11'>\n"
        << "<rect width='100%' height='100%' fill='#fff'/>\n";
    for (std::size_t i = 0; i < panels.size(); ++i)
        detail::draw_panel(out, panels[i], o.width * static_cast<double>(i % o.columns),
                           o.height * detail::rows_before(i, o.columns), o);
    for (std::size_t column = 0; column < o.columns; ++column)
        for (std::size_t i = 0; i < legends[column].size(); ++i) {
            const double x = o.width * (static_cast<double>(column) + 0.5 * double(i % 2)) + 10;
            const double y = bottom + line * (detail::rows_before(i, 2) + 1);
            out << "<path transform='translate(" << x << ' ' << y << ")' "
                << legends[column][i].mark << "/>\n";
            detail::draw_label(out, x + 28, y, "start", legends[column][i].name);
        }
    out << "</svg>\n";
    return out.str();
}

/// Writes the same. Throws bad_file.
inline void write_line_charts(const std::filesystem::path& path, const std::vector<panel>& panels,
                              const chart_options& o) {
    write_file(path, as_bytes(line_charts(panels, o)));
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>
