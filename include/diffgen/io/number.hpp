// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Decimal numbers of text files, as Python and pandas read them: too small for a double is zero.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace diffgen::inline DIFFGEN_ABI::io::detail {

/// The power of ten of the first digit other than 0 of "-12.5e3" or the like, or the least there is
/// where all are 0.
inline std::int64_t decimal_exponent(std::string_view number) {
    constexpr std::int64_t huge = 1'000'000'000'000;
    const auto mark = std::min(number.find_first_of("eE"), number.size());
    const std::string_view digits = number.substr(0, mark);
    const auto first = digits.find_first_of("123456789");
    if (first == digits.npos) return -huge;
    const auto point = std::min(digits.find('.'), digits.size());
    const auto place = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
    std::string_view exponent = number.substr(std::min(mark + 1, number.size()));
    const bool negative = exponent.starts_with('-');
    if (exponent.starts_with('+') || negative) exponent.remove_prefix(1);
    std::int64_t power = 0;
    const auto read = std::from_chars(exponent.data(), exponent.data() + exponent.size(), power).ec;
    if (read == std::errc::result_out_of_range) power = huge;
    return place - (place > 0 ? 1 : 0) + (negative ? -power : power);
}

enum class number_reading { number, too_large, no_number };

/// Reads all of a decimal number: the nearest double, where it is too small 0 of its sign.
inline number_reading read_double(std::string_view number, double& value) {
    if (number.find('(') != number.npos) return number_reading::no_number;  // nan(0x1)
    const char* last = number.data() + number.size();
    const auto [end, problem] = std::from_chars(number.data(), last, value);
    if (problem == std::errc::invalid_argument || end != last) return number_reading::no_number;
    if (problem == std::errc()) return number_reading::number;
    if (decimal_exponent(number) > 0) return number_reading::too_large;
    value = number.starts_with('-') ? -0. : 0.;
    return number_reading::number;
}

}  // namespace diffgen::inline DIFFGEN_ABI::io::detail

#include <diffgen/core/with_macros.hpp>
