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

/// The same for what a network is trained on; throws bad_shape unless its features are the elements
/// of the data.
template <class Net, class T>
void check(const dataset<T>& data, const Net& net) {
    check(data);
    if (data.elements != net.features())
        throw bad_shape(diffgen::detail::text("diffgen: a network of ", net.features(),
                                              " features for data of ", data.elements,
                                              " elements"));
}

}  // namespace diffgen::inline DIFFGEN_ABI::train

#include <diffgen/core/with_macros.hpp>
