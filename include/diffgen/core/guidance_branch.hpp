// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which branch of guidance a functor is evaluated for.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <concepts>

namespace diffgen::inline DIFFGEN_ABI {

/// The number of a branch, from 0. Branch 0 has the whole condition; the others leave out a part of
/// it, or all. To a functor that takes a bool it says whether this is branch 0.
struct guidance_branch {
    int index = 0;

    template <std::same_as<bool> Value>
    DIFFGEN_HD constexpr operator Value() const {
        return index == 0;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
