// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One panel of curves with logarithmic axes, as a part of an SVG 1.1 picture.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/io/log_axis.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

/// Points (x, y), both above 0; others, and NaN, interrupt the curve.
struct curve {
    std::string name;  ///< in the legend; curves of one name have one entry
    std::vector<std::pair<double, double>> points;
    /// Of 40: ten colours, full, dashed, dotted and both; -1 is thick and black, -2 is that dashed.
    int style = 0;
};

/// What lies between two curves over the same x, in grey, behind the curves of its panel.
struct band {
    struct edge {
        double x, low, high;
    };
    std::string name;
    std::vector<edge> edges;
};

struct panel {
    std::string title;
    std::vector<curve> curves;
    std::vector<band> bands{};
};

struct chart_options {
    std::size_t columns = 2;
    double width = 480;  ///< of a panel, in pixels, with its labels
    double height = 300;
    std::string x_label{}, y_label{};
};

namespace detail {

/// Text where it stands for itself in XML.
inline std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text)
        c == '<' ? out += "&lt;" : c == '>' ? out += "&gt;" : c == '&' ? out += "&amp;" : out += c;
    return out;
}

/// The attributes of a style's line.
inline std::string stroke(int style) {
    static constexpr std::array<const char*, 10> colours{"#1f77b4", "#d62728", "#2ca02c", "#9467bd",
                                                         "#ff7f0e", "#17becf", "#8c564b", "#e377c2",
                                                         "#7f7f7f", "#bcbd22"};
    static constexpr std::array<const char*, 4> dashes{
        "", " stroke-dasharray='6 3'", " stroke-dasharray='2 2'", " stroke-dasharray='9 2 2 2'"};
    if (style < 0)
        return std::string("stroke='#000' stroke-width='2.6'") + (style < -1 ? dashes[1] : "");
    const auto s = static_cast<std::size_t>(style);
    return diffgen::detail::text("stroke='", colours[s % 10], "' stroke-width='1.3'",
                                 dashes[s / 10 % 4]);
}

inline bool is_drawn(const std::pair<double, double>& p) {
    return p.first > 0 && p.second > 0 && std::isfinite(p.first) && std::isfinite(p.second);
}

inline void draw_label(std::ostream& out, double x, double y, const char* anchor,
                       std::string_view words) {
    out << "<text x='" << x << "' y='" << y << "' text-anchor='" << anchor << "'>" << escaped(words)
        << "</text>\n";
}

inline void draw_curve(std::ostream& out, const curve& c, const log_axis& across,
                       const log_axis& up) {
    out << "<path fill='none' " << stroke(c.style) << " d='";
    char command = 'M';
    for (const auto& p : c.points) {
        if (is_drawn(p)) out << command << across(p.first) << ' ' << up(p.second);
        command = is_drawn(p) ? 'L' : 'M';
    }
    out << "'/>\n";
}

inline constexpr const char* band_fill = "fill='#e4e4e4'";

inline void draw_band(std::ostream& out, const band& b, const log_axis& across,
                      const log_axis& up) {
    out << "<path " << band_fill << " d='";
    char command = 'M';
    for (const auto& at : b.edges) {
        out << command << across(at.x) << ' ' << up(at.high);
        command = 'L';
    }
    for (std::size_t i = b.edges.size(); i-- > 0;)
        out << 'L' << across(b.edges[i].x) << ' ' << up(b.edges[i].low);
    out << "Z'/>\n";
}

/// A panel whose top left corner is (x, y). Throws bad_argument where there is nothing to draw, or
/// a band has an edge that no logarithmic axis has.
inline void draw_panel(std::ostream& out, const panel& p, double x, double y,
                       const chart_options& o) {
    log_axis across, up;
    for (const auto& c : p.curves)
        for (const auto& at : c.points)
            if (is_drawn(at)) {
                across.include(at.first);
                up.include(at.second);
            }
    for (const auto& b : p.bands)
        for (const auto& at : b.edges) {
            if (!is_drawn({at.x, at.low}) || !is_drawn({at.x, at.high}))
                throw bad_argument(diffgen::detail::text("diffgen: the band '", b.name,
                                                         "' has an edge at ", at.x, " from ",
                                                         at.low, " to ", at.high));
            across.include(at.x);
            up.include(at.low);
            up.include(at.high);
        }
    if (!(across.low < across.high && up.low < up.high))
        throw bad_argument(
            diffgen::detail::text("diffgen: the panel '", p.title, "' has no two points to draw"));
    across.from = x + 55;
    across.to = x + o.width - 14;
    up.from = y + o.height - 38;
    up.to = y + 24;
    out << "<rect x='" << across.from << "' y='" << up.to << "' width='" << across.to - across.from
        << "' height='" << up.from - up.to << "' fill='none' stroke='#999'/>\n";
    draw_label(out, 0.5 * (across.from + across.to), y + 16, "middle", p.title);
    draw_label(out, 0.5 * (across.from + across.to), up.from + 30, "middle", o.x_label);
    for (const auto& b : p.bands)
        draw_band(out, b, across, up);
    const auto grid_line = [&](double x1, double y1, double x2, double y2) {
        out << "<path stroke='#ddd' d='M" << x1 << ' ' << y1 << 'L' << x2 << ' ' << y2 << "'/>\n";
    };
    for (const double v : across.ticks()) {
        grid_line(across(v), up.from, across(v), up.to);
        draw_label(out, across(v), up.from + 14, "middle", diffgen::detail::text(v));
    }
    for (const double v : up.ticks()) {
        grid_line(across.from, up(v), across.to, up(v));
        draw_label(out, across.from - 4, up(v) + 4, "end", diffgen::detail::text(v));
    }
    out << "<g transform='translate(" << x + 11 << ' ' << 0.5 * (up.from + up.to)
        << ") rotate(-90)'>";
    draw_label(out, 0, 0, "middle", o.y_label);
    out << "</g>\n";
    for (const auto& c : p.curves)
        draw_curve(out, c, across, up);
}

}  // namespace detail

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>
