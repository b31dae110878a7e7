// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One method of fitting after the other: the way along the reference, then the descent from there.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/fit/descent.hpp>
#include <diffgen/fit/options.hpp>
#include <diffgen/fit/trajectory.hpp>

#include <utility>

namespace diffgen::inline DIFFGEN_ABI::fit {

/// `second` begins with what `first` found, where that is better than all starts: the descent then
/// ends in a deeper valley, and costs as much again as the first.
struct combined {
    trajectory first{};
    descent<> second{};
    paired error{};

    void check() const {
        diffgen::detail::check(first);
        diffgen::detail::check(second);
    }

    template <class Bench>
    void improve(Bench& b, int n, fitted& f) const {
        fitted along = f;
        first.improve(b, n, along);
        f.finished = along.finished;
        if (along.error_after < f.error_after) f = std::move(along);
        if (f.finished) second.improve(b, n, f);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::fit

#include <diffgen/core/with_macros.hpp>
