// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Everything that diffgen throws is one kind of std::runtime_error, and the kinds stay apart.

#include <diffgen/core/error.hpp>

#include <type_traits>

using namespace diffgen;

template <class Kind>
constexpr bool is_a_kind_of_error =
    std::is_base_of_v<error, Kind>&& std::is_nothrow_copy_constructible_v<Kind> &&
    !std::is_default_constructible_v<Kind> && !std::is_convertible_v<const char*, Kind>;

static_assert(std::is_base_of_v<std::runtime_error, error>);
static_assert(is_a_kind_of_error<bad_argument>);
static_assert(is_a_kind_of_error<bad_shape>);
static_assert(is_a_kind_of_error<bad_device>);
static_assert(is_a_kind_of_error<non_finite>);
static_assert(is_a_kind_of_error<bad_file>);
static_assert(!std::is_base_of_v<bad_argument, bad_shape>);
