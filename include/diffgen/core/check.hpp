// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the constants of a policy are checked. A policy is an aggregate, which anybody may fill with
// anything; it says what makes sense in a member `void check() const`, and whoever uses it asks.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>

#include <cmath>
#include <cstddef>
#include <initializer_list>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

[[noreturn]] inline void refuse(std::initializer_list<text_part> parts) {
    throw bad_argument("diffgen: " + joined(parts));
}

}  // namespace detail

/// Throws bad_argument with the text "diffgen: " and the parts after it, joined, unless `holds`.
/// For the check() of parts of your own too: require(p > 0, "p_norm with p = ", p, "; must be above
/// 0").
template <class... Parts>
void require(bool holds, const Parts&... parts) {
    if (!holds) detail::refuse({detail::text_part(parts)...});
}

}  // namespace diffgen::inline DIFFGEN_ABI

namespace diffgen::inline DIFFGEN_ABI::detail {

using diffgen::require;

/// Whether a constant is a number above 0, or from 0 on; infinity is not.
[[nodiscard]] inline bool is_positive(double v) {
    return v > 0 && std::isfinite(v);
}
[[nodiscard]] inline bool is_not_negative(double v) {
    return v >= 0 && std::isfinite(v);
}

/// Calls part.check() where there is one.
template <class Part>
void check(const Part& part) {
    if constexpr (requires { part.check(); }) part.check();
}

/// Calls part.check_batch<Space>(samples, elements) where there is one: whether what a part has of
/// every sample or element fits the batch.
template <class Space, class Part>
void check_batch(const Part& part, std::size_t samples, std::size_t elements) {
    if constexpr (requires { part.template check_batch<Space>(samples, elements); })
        part.template check_batch<Space>(samples, elements);
}

}  // namespace diffgen::inline DIFFGEN_ABI::detail

#include <diffgen/core/with_macros.hpp>
