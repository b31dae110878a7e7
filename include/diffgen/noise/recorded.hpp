// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Noise that was drawn before, by whomever: replays another implementation's run number by number.

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/noise/stream.hpp>

#include <cstdint>
#include <limits>

namespace diffgen::noise {

/// Normals in the order in which they were drawn, one draw of `elements` numbers after the other,
/// whatever the stream. It does not own them: `data` lies where the run can read it. A number that
/// was not recorded is NaN, so that a run which asks for one ends with non_finite.
template <class T>
struct recorded {
    const T* data = nullptr;
    std::uint64_t elements = 0;  ///< of a draw: of all samples together
    std::uint32_t draws = 0;

    template <scalar_value S>
    DIFFGEN_VALUE S normal(noise::stream /*stream*/, std::uint32_t draw, std::uint64_t flat) const {
        return draw < draws && flat < elements ? static_cast<S>(data[draw * elements + flat])
                                               : std::numeric_limits<S>::quiet_NaN();
    }

    template <value V>
    DIFFGEN_VALUE void fill(noise::stream stream, std::uint32_t draw, std::uint64_t first,
                            int count, scalar_of<V>* out) const {
        for (int i = 0; i < count; ++i)
            out[i] = normal<scalar_of<V>>(stream, draw, first + static_cast<std::uint64_t>(i));
    }
};

}  // namespace diffgen::noise
