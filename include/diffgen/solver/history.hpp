// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a multistep method keeps the values of its last steps: registers that are used in turn.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/linear_form.hpp>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// `kept` registers from `first` on. The value of step i replaces that of step i - kept.
struct history {
    int first = 1;
    int kept = 1;

    /// The register of the value of step i.
    [[nodiscard]] constexpr int slot(int i) const { return first + i % kept; }
    /// The value of step i.
    [[nodiscard]] linear_form value(int i) const { return symbol::reg(slot(i)); }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
