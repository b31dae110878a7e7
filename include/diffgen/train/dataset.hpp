// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Training samples in memory that someone else owns.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>

#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::train {

/// `samples` samples of `elements` numbers, one after the other; `classes` holds one a sample, or
/// is nullptr where there are none.
template <class T>
struct dataset {
    const T* values = nullptr;
    std::int64_t samples = 0;
    std::int64_t elements = 0;
    const int* classes = nullptr;

    const T* sample(std::int64_t i) const { return values + i * elements; }
};

/// Throws bad_argument unless there is something to train on.
template <class T>
void check(const dataset<T>& data) {
    if (data.values == nullptr || data.samples < 1 || data.elements < 1)
        throw bad_argument(diffgen::detail::text("diffgen: a dataset of ", data.samples,
                                                 " samples of ", data.elements, " elements",
                                                 data.values ? "" : " at a null pointer"));
}

}  // namespace diffgen::inline DIFFGEN_ABI::train

#include <diffgen/core/with_macros.hpp>
