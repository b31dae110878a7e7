// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tables of numbers as comma-separated text (after RFC 4180), with or without a line of names.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>
#include <diffgen/io/ndarray.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

/// A rectangular table; `values` is row-major, `header` is empty or has a name a column.
struct csv_table {
    std::vector<std::string> header;
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<double> values;

    double operator()(std::size_t row, std::size_t column) const {
        return values[row * columns + column];
    }
};

struct csv_options {
    char separator = ',';
    /// An empty cell is NaN (a gap in the data) rather than an error.
    bool gaps = false;
};

namespace detail {

class csv_parser {
  public:
    csv_parser(std::string_view source, std::string name, const csv_options& options)
        : source_(source), name_(std::move(name)), options_(options) {}

    csv_table table() {
        csv_table result;
        std::vector<std::string> cells;
        for (bool first = true; at_ < source_.size(); first = false) {
            read_line(cells);
            if (first) result.columns = cells.size();
            if (cells.size() != result.columns) {
                refuse_line("it has ", cells.size(), " cells, the first line has ", result.columns);
            }
            if (first && std::none_of(cells.begin(), cells.end(), is_number)) {
                result.header = cells;
                continue;
            }
            for (std::size_t i = 0; i < cells.size(); ++i) {
                result.values.push_back(number(cells[i], i));
            }
            ++result.rows;
        }
        if (line_ == 0) fail(name_, 0, "the file holds no line");
        return result;
    }

  private:
    /// Splits one line into cells and steps over its end.
    void read_line(std::vector<std::string>& cells) {
        ++line_;
        cells.clear();
        do {
            cells.push_back(accept('"') ? quoted_cell(cells.size()) : plain_cell());
        } while (accept(options_.separator));
        accept('\r');
        if (at_ < source_.size() && !accept('\n')) {
            refuse(cells.size() - 1, "something follows the end of the cell");
        }
    }

    std::string plain_cell() {
        const std::size_t start = at_;
        const std::array<char, 3> ends{options_.separator, '\r', '\n'};
        at_ = std::min(source_.find_first_of(std::string_view(ends.data(), ends.size()), at_),
                       source_.size());
        return std::string(source_.substr(start, at_ - start));
    }

    /// The rest of a cell whose opening quote is taken.
    std::string quoted_cell(std::size_t column) {
        std::string cell;
        for (;;) {
            const std::size_t quote = source_.find('"', at_);
            if (quote == source_.npos) refuse(column, "a quoted cell has no closing quote");
            cell += source_.substr(at_, quote - at_);
            at_ = quote + 1;
            if (!accept('"')) return cell;
            cell += '"';
        }
    }

    double number(const std::string& cell, std::size_t column) const {
        if (options_.gaps && trimmed(cell).empty()) {
            return std::numeric_limits<double>::quiet_NaN();
        }
        double value = 0;
        if (!convert(cell, value)) refuse(column, "'", cell.substr(0, 40), "' is not a number");
        return value;
    }

    static bool is_number(const std::string& cell) {
        double value = 0;
        return convert(cell, value);
    }

    static bool convert(std::string_view cell, double& value) {
        cell = trimmed(cell);
        if (cell.starts_with('+') && !cell.starts_with("+-")) cell.remove_prefix(1);
        const char* last = cell.data() + cell.size();
        const auto [end, problem] = std::from_chars(cell.data(), last, value);
        return problem == std::errc() && end == last;
    }

    static std::string_view trimmed(std::string_view cell) {
        const std::size_t first = cell.find_first_not_of(" \t");
        if (first == cell.npos) return {};
        return cell.substr(first, cell.find_last_not_of(" \t") + 1 - first);
    }

    bool accept(char wanted) {
        if (at_ == source_.size() || source_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    template <class... Parts>
    [[noreturn]] void refuse(std::size_t column, const Parts&... parts) const {
        refuse_line("column ", column + 1, ": ", parts...);
    }

    template <class... Parts>
    [[noreturn]] void refuse_line(const Parts&... parts) const {
        fail(name_, at_, "line ", line_, ", ", parts...);
    }

    std::string_view source_;
    std::string name_;
    csv_options options_;
    std::size_t at_ = 0;
    std::size_t line_ = 0;
};

}  // namespace detail

/// Reads a table. The first line is a header when none of its cells is a number; cells may be in
/// quotes and have blanks around the number; lines end with LF or CR LF. Throws bad_file with line
/// and column on a cell that is no number, lines of unequal length, an open quote, an empty file.
inline csv_table parse_csv(std::string_view source, std::string name = "text",
                           const csv_options& options = {}) {
    return detail::csv_parser(source, std::move(name), options).table();
}

inline csv_table read_csv(const std::filesystem::path& path, const csv_options& options = {}) {
    return parse_csv(as_text(read_file(path)), path.string(), options);
}

/// The text of a table, each number in the shortest form that reads back to the same bits, header
/// cells in quotes. Throws bad_shape when the sizes do not fit together.
inline std::string dump_csv(const csv_table& table, char separator = ',') {
    if (!table.header.empty()) check_shape(std::array{table.columns}, table.header.size());
    check_shape(std::array{table.rows, table.columns}, table.values.size());
    std::string out;
    for (std::size_t i = 0; i < table.header.size(); ++i) {
        if (i > 0) out += separator;
        out += '"';
        for (const char letter : table.header[i])
            out.append(letter == '"' ? 2 : 1, letter);
        out += '"';
    }
    if (!table.header.empty()) out += '\n';
    for (std::size_t i = 0; i < table.values.size(); ++i) {
        std::array<char, 32> buffer;
        const auto end =
            std::to_chars(buffer.data(), buffer.data() + buffer.size(), table.values[i]);
        out.append(buffer.data(), end.ptr);
        out += (i + 1) % table.columns == 0 ? '\n' : separator;
    }
    return out;
}

inline void write_csv(const std::filesystem::path& path, const csv_table& table,
                      char separator = ',') {
    write_file(path, as_bytes(dump_csv(table, separator)));
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>
