// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tables of numbers as comma-separated text (after RFC 4180), with or without a line of names.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>
#include <diffgen/io/gzip.hpp>
#include <diffgen/io/ndarray.hpp>
#include <diffgen/io/number.hpp>
#include <diffgen/io/utf8.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

/// A rectangular table; `values` is row-major, `header` is empty or has a name a column, `index` is
/// empty or has a name a row.
struct csv_table {
    std::vector<std::string> header;
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<double> values;
    std::vector<std::string> index = {};

    double operator()(std::size_t row, std::size_t column) const {
        return values[row * columns + column];
    }
};

/// What the first line is. `detect`: names where none of its cells is a number, or where there is
/// an index column whose own name is empty; else numbers. A first line 0,1,2.. must be said to be
/// either.
enum class csv_header { detect, present, absent };

struct csv_options {
    char separator = ',';
    /// An empty cell is NaN (a gap in the data) rather than an error.
    bool gaps = false;
    csv_header header = csv_header::detect;
    /// The first column names the rows, as pandas' to_csv writes it, and is no column of numbers.
    bool index_column = false;
};

namespace detail {

class csv_parser {
  public:
    csv_parser(std::string_view source, std::string name, const csv_options& options)
        : source_(source), name_(std::move(name)), options_(options) {}

    csv_table table() {
        at_ = mark_length(source_, name_);
        drop_blank_end();
        if (at_ == source_.size()) fail(name_, at_, "the file holds no line");
        csv_table result;
        const std::size_t first_number = options_.index_column ? 1 : 0;
        std::vector<std::string> cells;
        for (bool first = true; at_ < source_.size(); first = false) {
            read_line(cells);
            if (first) {
                if (cells.size() <= first_number)
                    refuse_line("it has one cell, which is the index; no column is left");
                result.columns = cells.size() - first_number;
            }
            if (cells.size() != result.columns + first_number) {
                refuse_line("it has ", cells.size(), " cells, the first line has ",
                            result.columns + first_number);
            }
            if (first && is_header(cells)) {
                result.header.assign(cells.begin() + static_cast<std::ptrdiff_t>(first_number),
                                     cells.end());
                continue;
            }
            if (options_.index_column) result.index.push_back(cells.front());
            for (std::size_t i = first_number; i < cells.size(); ++i) {
                result.values.push_back(number(cells[i], i));
            }
            ++result.rows;
        }
        return result;
    }

  private:
    /// Whether the cells of the first line are names. What pandas writes where it has no names is
    /// refused, as it could be either.
    bool is_header(const std::vector<std::string>& cells) const {
        if (options_.header != csv_header::detect) return options_.header == csv_header::present;
        const bool first_is_empty = trimmed(cells.front()).empty();
        if (options_.index_column)
            return first_is_empty || std::none_of(cells.begin() + 1, cells.end(), is_number);
        const bool has_numbers = std::any_of(cells.begin(), cells.end(), is_number);
        if (first_is_empty && !(has_numbers && options_.gaps)) {
            refuse(0,
                   "the name of the column is empty, as that of an index is; ask for index_column, "
                   "or for header = csv_header::present if it is a column of numbers");
        }
        if (counts_columns(cells)) {
            refuse_line(
                "it counts the columns, as a header of pandas does; ask for header = "
                "csv_header::present if it is one, or csv_header::absent if it has "
                "numbers");
        }
        return !has_numbers;
    }

    /// Whether the cells are "0", "1" and so on, two or more.
    static bool counts_columns(const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (cells[i] != std::to_string(i)) return false;
        return cells.size() > 1;
    }

    /// Leaves out lines at the end that hold nothing but blanks.
    void drop_blank_end() {
        std::string blanks = " \t\r\n";
        std::erase(blanks, options_.separator);
        const std::size_t last = source_.find_last_not_of(blanks);
        if (last == source_.npos || last < at_) {
            source_ = source_.substr(0, at_);
            return;
        }
        const std::size_t line_end = source_.find_first_of("\r\n", last + 1);
        if (line_end == source_.npos) return;
        const bool two = source_.substr(line_end).starts_with("\r\n");
        source_ = source_.substr(0, line_end + (two ? 2 : 1));
    }

    /// Splits one line into cells and steps over its end.
    void read_line(std::vector<std::string>& cells) {
        ++line_;
        cells.clear();
        do {
            cells.push_back(accept('"') ? quoted_cell(cells.size()) : plain_cell());
        } while (accept(options_.separator));
        if (accept('\r')) {
            accept('\n');
        } else if (at_ < source_.size() && !accept('\n')) {
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
        const number_reading found = convert(cell, value);
        if (found == number_reading::number) return value;
        const std::string start = cell.substr(0, 40);
        if (found == number_reading::too_large)
            refuse(column, "the number ", start, " does not fit a double");
        refuse(column, "'", start, "' is not a number",
               line_ > 1 || options_.header != csv_header::detect
                   ? ""
                   : "; if this line has the names, ask for header = csv_header::present");
    }

    static bool is_number(const std::string& cell) {
        double value = 0;
        return convert(cell, value) != number_reading::no_number;
    }

    static number_reading convert(std::string_view cell, double& value) {
        cell = trimmed(cell);
        if (cell.starts_with('+') && !cell.starts_with("+-")) cell.remove_prefix(1);
        return read_double(cell, value);
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

/// Reads a table. Cells may be in quotes and have blanks around the number; a number too small for
/// a double is zero. Lines end with LF, CR LF or CR; blank lines at the end and a byte order mark
/// are left out. Throws bad_file with line and column on a cell that is no number or too large,
/// lines of unequal length, an open quote, an empty file.
inline csv_table parse_csv(std::string_view source, std::string name = "text",
                           const csv_options& options = {}) {
    return detail::csv_parser(source, std::move(name), options).table();
}

/// The table in a file, which may be packed by gzip. Throws bad_file.
inline csv_table read_csv(const std::filesystem::path& path, const csv_options& options = {}) {
    return parse_csv(as_text(read_unpacked(path)), path.string(), options);
}

namespace detail {

inline void append_quoted(std::string& out, std::string_view cell) {
    out += '"';
    for (const char letter : cell)
        out.append(letter == '"' ? 2 : 1, letter);
    out += '"';
}

}  // namespace detail

/// The text of a table, each number in the shortest form that reads back to the same bits, names in
/// quotes, the index as the first column. Throws bad_shape when the sizes do not fit together.
inline std::string dump_csv(const csv_table& table, char separator = ',') {
    const bool named = !table.header.empty(), indexed = !table.index.empty();
    if (named) check_shape(std::array{table.columns}, table.header.size());
    if (indexed) check_shape(std::array{table.rows}, table.index.size());
    check_shape(std::array{table.rows, table.columns}, table.values.size());
    std::string out;
    for (std::size_t i = 0; i < table.header.size(); ++i) {
        if (i > 0 || indexed) out += separator;
        detail::append_quoted(out, table.header[i]);
    }
    if (named) out += '\n';
    for (std::size_t i = 0; i < table.values.size(); ++i) {
        if (indexed && i % table.columns == 0) {
            detail::append_quoted(out, table.index[i / table.columns]);
            out += separator;
        }
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
    const std::string text =
        detail::naming(path.string(), [&] { return dump_csv(table, separator); });
    write_file(path, as_bytes(text));
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>
