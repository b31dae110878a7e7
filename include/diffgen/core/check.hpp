// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the constants of a policy are checked. A policy is an aggregate, which anybody may fill with
// anything; it says what makes sense in a member `void check() const`, and whoever uses it asks.

#include <diffgen/core/error.hpp>

#include <cmath>

namespace diffgen::detail {

/// Throws bad_argument with the joined parts unless `holds`.
template <class... Parts>
void require(bool holds, const Parts&... parts) {
    if (!holds) throw bad_argument(text("diffgen: ", parts...));
}

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

}  // namespace diffgen::detail
