// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A source of noise that replays given numbers: another program's draws, or a test's.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes.hpp>
#include <diffgen/noise/stream.hpp>

#include <cstdint>
#include <limits>

namespace diffgen::inline DIFFGEN_ABI::noise {

/// The normal of element `flat` in draw k is data[k * elements + flat], whatever the stream: so the
/// prior that generate() draws is the first draw of the steps again; where both are recorded, give
/// the first state by generate_from. The numbers are not copied: `data` must lie where the run can
/// read it until the run ends. A number that was not recorded is NaN, so a run that asks for one
/// ends with non_finite.
template <scalar_value T>
struct recorded {
    const T* data = nullptr;
    std::uint64_t elements = 0;  ///< the elements of the whole batch
    std::uint32_t count = 0;     ///< the number of recorded draws

    /// The number of recorded draws.
    DIFFGEN_HD constexpr std::uint32_t draws() const { return count; }

    template <scalar_value S>
    DIFFGEN_HD constexpr S normal(noise::stream, std::uint32_t draw, std::uint64_t flat) const {
        return draw < count && flat < elements ? static_cast<S>(data[draw * elements + flat])
                                               : std::numeric_limits<S>::quiet_NaN();
    }

    template <value V>
    DIFFGEN_HD constexpr void fill(noise::stream stream, std::uint32_t draw, std::uint64_t first,
                                   int size, scalar_of<V>* out) const {
        for (int i = 0; i < size; ++i)
            out[i] = normal<scalar_of<V>>(stream, draw, first + static_cast<std::uint64_t>(i));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::noise

#include <diffgen/core/with_macros.hpp>
