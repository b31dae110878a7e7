// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a run tells a source of noise that knows a path: which piece of it the next normals are.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::noise {

/// Normal number `draw` of the solver's stream is the path's increment from one log-SNR to another.
struct piece {
    double from = 0, to = 0;  ///< the log-SNR at both ends of the piece
    std::uint32_t stretch =
        0;  ///< how often the grid has turned before; each stretch has its own path
    std::uint32_t draw = 0;  ///< the number of the draw that takes the increment
};

}  // namespace diffgen::inline DIFFGEN_ABI::noise

#include <diffgen/core/with_macros.hpp>
