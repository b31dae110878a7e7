// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text to JSON values: RFC 8259, strictly, plus the NaN, Infinity and -Infinity of Python's writer,
// and a byte order mark.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>
#include <diffgen/io/gzip.hpp>
#include <diffgen/io/json_value.hpp>
#include <diffgen/io/number.hpp>
#include <diffgen/io/utf8.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

namespace detail {

class json_parser {
  public:
    json_parser(std::string_view source, std::string name, std::uint64_t origin)
        : source_(source), name_(std::move(name)), origin_(origin) {}

    json document() {
        at_ = mark_length(source_, name_);
        json value = parse_value(0);
        skip_space();
        if (at_ < source_.size()) refuse("the end of the text");
        return value;
    }

  private:
    static constexpr int deepest = 100;

    json parse_value(int depth) {
        if (depth > deepest) fail_at(at_, "values are nested more than ", deepest, " deep");
        skip_space();
        switch (peek()) {
            case '{':
                return parse_object(depth);
            case '[':
                return parse_array(depth);
            case '"':
                return parse_string();
            case 't':
                return word("true", true);
            case 'f':
                return word("false", false);
            case 'n':
                return word("null", nullptr);
            case 'N':
                return word("NaN", std::numeric_limits<double>::quiet_NaN());
            case 'I':
                return word("Infinity", std::numeric_limits<double>::infinity());
            default:
                return parse_number();
        }
    }

    json parse_object(int depth) {
        json::object members;
        std::vector<std::size_t> places;
        ++at_;
        skip_space();
        if (!accept('}')) {
            do {
                skip_space();
                if (peek() != '"') refuse("a key in quotes");
                places.push_back(at_);
                std::string key = parse_string();
                skip_space();
                if (!accept(':')) refuse("':' after a key");
                members.emplace_back(std::move(key), parse_value(depth + 1));
                skip_space();
            } while (accept(','));
            if (!accept('}')) refuse("',' or '}' in an object");
        }
        check_unique(members, places);
        return members;
    }

    json parse_array(int depth) {
        json::array elements;
        ++at_;
        skip_space();
        if (!accept(']')) {
            do {
                elements.push_back(parse_value(depth + 1));
                skip_space();
            } while (accept(','));
            if (!accept(']')) refuse("',' or ']' in an array");
        }
        return elements;
    }

    std::string parse_string() {
        const std::size_t start = at_++;
        std::string result;
        for (;;) {
            if (at_ == source_.size()) fail_at(start, "a string has no closing quote");
            const auto byte = static_cast<std::uint8_t>(source_[at_]);
            if (byte == '"') {
                ++at_;
                return result;
            }
            if (byte == '\\') {
                parse_escape(result);
            } else if (byte < 0x20) {
                fail_at(at_, "a control character of value ", int{byte}, " stands in a string");
            } else {
                const std::size_t length = utf8_length(source_.substr(at_));
                if (length == 0) fail_at(at_, "the byte ", int{byte}, " is not valid UTF-8 here");
                result += source_.substr(at_, length);
                at_ += length;
            }
        }
    }

    void parse_escape(std::string& result) {
        const std::size_t start = at_++;
        constexpr std::string_view letters = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        const char letter = peek();
        const std::size_t which = letters.find(letter);
        if (at_ < source_.size() && which != letters.npos) {
            ++at_;
            result += meanings[which];
            return;
        }
        if (!accept('u')) fail_at(start, "'\\' begins no known escape");
        std::uint32_t code = hexadecimal(start);
        if (code >= 0xD800 && code < 0xDC00 && accept('\\') && accept('u')) {
            const std::uint32_t low = hexadecimal(start);
            if (low < 0xDC00 || low > 0xDFFF) fail_at(start, "a surrogate has no partner");
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        if (code >= 0xD800 && code < 0xE000) fail_at(start, "a surrogate has no partner");
        append_utf8(result, code);
    }

    std::uint32_t hexadecimal(std::size_t start) {
        const std::string_view digits = source_.substr(at_, 4);
        std::uint32_t code = 0;
        const auto [end, problem] =
            std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        if (problem != std::errc() || end != digits.data() + 4) {
            fail_at(start, "'\\u' needs four hexadecimal digits");
        }
        at_ += 4;
        return code;
    }

    json parse_number() {
        const std::size_t start = at_;
        const bool negative = accept('-');
        if (negative && peek() == 'I') {
            return word("Infinity", -std::numeric_limits<double>::infinity());
        }
        bool whole = true;
        if (!accept('0') && !digits()) {
            at_ = start;
            refuse("a value");
        }
        if (accept('.')) {
            whole = false;
            if (!digits()) refuse("a digit after the decimal point");
        }
        if (accept('e') || accept('E')) {
            whole = false;
            if (!accept('+')) accept('-');
            if (!digits()) refuse("a digit of the exponent");
        }
        const std::string_view number = source_.substr(start, at_ - start);
        if (whole && number != "-0") {
            std::int64_t integer = 0;
            if (read_integer(number, integer)) return integer;
            std::uint64_t natural = 0;
            if (read_integer(number, natural)) return natural;
        }
        double real = 0;
        if (read_double(number, real) != number_reading::number)
            fail_at(start, "the number ", number, " does not fit a double");
        return real;
    }

    template <class T>
    static bool read_integer(std::string_view number, T& value) {
        return std::from_chars(number.data(), number.data() + number.size(), value).ec ==
               std::errc();
    }

    bool digits() {
        const std::size_t start = at_;
        while (at_ < source_.size() && source_[at_] >= '0' && source_[at_] <= '9')
            ++at_;
        return at_ > start;
    }

    json word(std::string_view expected, json value) {
        if (source_.substr(at_, expected.size()) != expected) refuse("a value");
        at_ += expected.size();
        return value;
    }

    void check_unique(const json::object& members, const std::vector<std::size_t>& places) const {
        std::vector<std::size_t> order(members.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return std::pair(std::string_view(members[a].first), a) <
                   std::pair(std::string_view(members[b].first), b);
        });
        for (std::size_t i = 1; i < order.size(); ++i) {
            const std::string& key = members[order[i]].first;
            if (key == members[order[i - 1]].first) {
                fail_at(places[order[i]], "the key '", key, "' comes twice");
            }
        }
    }

    char peek() const { return at_ < source_.size() ? source_[at_] : '\0'; }

    bool accept(char wanted) {
        if (at_ == source_.size() || source_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    void skip_space() { at_ = std::min(source_.find_first_not_of(" \t\r\n", at_), source_.size()); }

    [[noreturn]] void refuse(const char* wanted) const {
        if (at_ == source_.size()) fail_at(at_, "the text ends where ", wanted, " should stand");
        const auto found = static_cast<std::uint8_t>(source_[at_]);
        if (found < 0x20 || found >= 0x7F) {
            fail_at(at_, "expected ", wanted, ", found the byte ", int{found});
        }
        fail_at(at_, "expected ", wanted, ", found '", source_[at_], "'");
    }

    template <class... Parts>
    [[noreturn]] void fail_at(std::size_t place, const Parts&... parts) const {
        const std::string_view before = source_.substr(0, place);
        const auto line = 1 + std::count(before.begin(), before.end(), '\n');
        const std::size_t column = place - (before.rfind('\n') + 1) + 1;
        fail(name_, origin_ + place, "JSON line ", line, ", column ", column, ": ", parts...);
    }

    std::string_view source_;
    std::string name_;
    std::uint64_t origin_;
    std::size_t at_ = 0;
};

}  // namespace detail

/// The value that a whole text stands for. Throws bad_file with the name, the byte offset (counted
/// from `origin`), the line and the column: on any departure from the grammar, a key that comes
/// twice, ill-formed UTF-8, nesting of more than 100 values, numbers beyond a double
/// (those too small for one are zero).
inline json parse_json(std::string_view source, std::string name = "text",
                       std::uint64_t origin = 0) {
    return detail::json_parser(source, std::move(name), origin).document();
}

/// The value in a file, which may be packed by gzip. Throws bad_file.
inline json read_json(const std::filesystem::path& path) {
    return parse_json(as_text(read_unpacked(path)), path.string());
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>
