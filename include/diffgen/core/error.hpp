// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The typed errors of diffgen. Every text names what was wrong and holds the offending values.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <charconv>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

namespace diffgen::inline DIFFGEN_ABI {

/// Base of everything that diffgen throws.
class error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// A value outside its domain: no steps, increasing sigmas, a prediction that is undefined there.
class bad_argument : public error {
  public:
    using error::error;
};

/// Sizes that do not fit together.
class bad_shape : public error {
  public:
    using error::error;
};

/// Memory or an execution policy of the wrong device, or a failed call of the device's runtime.
class bad_device : public error {
  public:
    using error::error;
};

/// NaN or infinity where a finite number is needed. Of a run, it knows where.
class non_finite : public error {
  public:
    explicit non_finite(const std::string& text) : error(text) {}
    non_finite(const std::string& text, int step, int stage, std::uint64_t sample, double time)
        : error(text), step_(step), stage_(stage), sample_(sample), time_(time) {}

    /// The step of the run, from 0 on; -1 where the number arose outside a run.
    [[nodiscard]] int step() const { return step_; }
    /// The stage of that step, from 0 on; -1 outside a run.
    [[nodiscard]] int stage() const { return stage_; }
    /// The first sample that had it, by its number in the whole job.
    [[nodiscard]] std::uint64_t sample() const { return sample_; }
    /// The schedule's time at which the step starts; NaN outside a run.
    [[nodiscard]] double time() const { return time_; }

  private:
    int step_ = -1, stage_ = -1;
    std::uint64_t sample_ = 0;
    double time_ = std::numeric_limits<double>::quiet_NaN();
};

/// A file that cannot be opened, is cut short, or breaks the rules of its format.
class bad_file : public error {
  public:
    using error::error;
};

namespace detail {

/// A part of a text: characters, or a number.
class text_part {
  public:
    text_part(std::string_view characters) : kind_(kind::characters), value_{characters} {}
    text_part(const char* characters) : text_part(std::string_view(characters)) {}
    text_part(const std::string& characters) : text_part(std::string_view(characters)) {}
    text_part(char c) : kind_(kind::character) { value_.character = c; }
    template <std::signed_integral Integer>
    text_part(Integer number) : kind_(kind::whole) {
        value_.whole = number;
    }
    template <std::unsigned_integral Integer>
    text_part(Integer number) : kind_(kind::natural) {
        value_.natural = number;
    }
    template <std::floating_point Number>
    text_part(Number number) : kind_(kind::real) {
        value_.real = static_cast<double>(number);
    }

    /// Appends it; of a number 15 digits, of a NaN no sign.
    void append_to(std::string& text) const {
        char digits[32];
        char* const end = digits + sizeof digits;
        switch (kind_) {
            case kind::characters:
                text += value_.characters;
                return;
            case kind::character:
                text += value_.character;
                return;
            case kind::whole:
                text.append(digits, std::to_chars(digits, end, value_.whole).ptr);
                return;
            case kind::natural:
                text.append(digits, std::to_chars(digits, end, value_.natural).ptr);
                return;
            case kind::real:
                if (value_.real != value_.real)
                    text += "nan";
                else
                    text.append(digits,
                                std::to_chars(digits, end, value_.real, std::chars_format::general,
                                              std::numeric_limits<double>::digits10)
                                    .ptr);
        }
    }

  private:
    enum class kind { characters, character, whole, natural, real };
    union any {
        std::string_view characters{};
        char character;
        std::int64_t whole;
        std::uint64_t natural;
        double real;
    };

    kind kind_;
    any value_{};
};

/// A number with the fewest digits that tell it from every other: 1.0000000000000002 beside 1.
[[nodiscard]] inline std::string exactly(double number) {
    if (number != number) return "nan";
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    return {digits, end};
}

[[nodiscard]] inline std::string joined(std::initializer_list<text_part> parts) {
    std::string text;
    for (const text_part& part : parts)
        part.append_to(text);
    return text;
}

/// Joins the parts into one text, numbers with 15 digits.
template <class... Parts>
std::string text(const Parts&... parts) {
    return joined({text_part(parts)...});
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
