// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON values to text; numbers in the shortest form that reads back to the same bits.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>
#include <diffgen/io/json_value.hpp>
#include <diffgen/io/utf8.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace diffgen::inline DIFFGEN_ABI::io {

namespace detail {

class json_writer {
  public:
    explicit json_writer(int indent) : indent_(indent) {}

    void write(const json& value) {
        std::visit([this](const auto& held) { put(held); }, value.value());
    }

    std::string take() && { return std::move(out_); }

  private:
    void put(std::nullptr_t) { out_ += "null"; }
    void put(bool value) { out_ += value ? "true" : "false"; }

    template <std::integral T>
    void put(T value) {
        out_ += std::to_string(value);
    }

    void put(double value) {
        if (std::isnan(value)) {
            out_ += "NaN";
        } else if (std::isinf(value)) {
            out_ += value < 0 ? "-Infinity" : "Infinity";
        } else {
            std::array<char, 32> buffer;
            const char* end =
                std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
            const std::string_view digits(buffer.data(),
                                          static_cast<std::size_t>(end - buffer.data()));
            out_ += digits;
            // A double stays a double when it is read again.
            if (digits.find_first_of(".e") == digits.npos) out_ += ".0";
        }
    }

    void put(const std::string& value) {
        const std::size_t valid = utf8_valid_prefix(value);
        if (valid < value.size()) {
            throw bad_argument(
                text("diffgen: a string for JSON is not UTF-8 from its byte ", valid, " on"));
        }
        out_ += '"';
        for (const char letter : value)
            put_letter(letter);
        out_ += '"';
    }

    void put_letter(char letter) {
        constexpr std::string_view special = "\"\\\b\f\n\r\t";
        constexpr std::string_view escapes = "\"\\bfnrt";
        const std::size_t which = special.find(letter);
        if (which != special.npos) {
            out_ += '\\';
            out_ += escapes[which];
        } else if (static_cast<std::uint8_t>(letter) < 0x20) {
            constexpr std::string_view digits = "0123456789abcdef";
            const auto code = static_cast<std::uint8_t>(letter);
            out_ += "\\u00";
            out_ += digits[code >> 4];
            out_ += digits[code & 15];
        } else {
            out_ += letter;
        }
    }

    void put(const json::array& elements) {
        put_list('[', ']', elements, [this](const json& each) { write(each); });
    }

    void put(const json::object& members) {
        put_list('{', '}', members, [this](const json::member& each) {
            put(each.first);
            out_ += indent_ > 0 ? ": " : ":";
            write(each.second);
        });
    }

    template <class List, class Put>
    void put_list(char open, char close, const List& list, Put put_each) {
        out_ += open;
        depth_ += indent_;
        bool first = true;
        for (const auto& each : list) {
            if (!first) out_ += ',';
            first = false;
            new_line();
            put_each(each);
        }
        depth_ -= indent_;
        if (!first) new_line();
        out_ += close;
    }

    void new_line() {
        if (indent_ > 0) out_.append("\n").append(static_cast<std::size_t>(depth_), ' ');
    }

    int indent_;
    int depth_ = 0;
    std::string out_;
};

}  // namespace detail

/// The text of a value: on one line, or with each element on a line of its own when indent > 0.
/// NaN and infinities are written as Python does. Throws bad_argument on a string that is not
/// UTF-8.
inline std::string dump_json(const json& value, int indent = 0) {
    detail::json_writer writer(indent);
    writer.write(value);
    return std::move(writer).take();
}

inline void write_json(const std::filesystem::path& path, const json& value, int indent = 2) {
    const std::string text =
        detail::naming(path.string(), [&] { return dump_json(value, indent) + "\n"; });
    write_file(path, as_bytes(text));
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>
