// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The normals of a batch in double precision: number `draw` of a seed, the same for a sample in
// whatever batch it is.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/noise/source.hpp>
#include <diffgen/posterior/matrices.hpp>

#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::posterior::detail {

/// elements x samples, a column a sample; the first is number `first_sample` of the whole job.
[[nodiscard]] inline matrix normals(std::uint64_t seed, noise::stream stream, std::uint32_t draw,
                                    Index elements, Index samples, std::uint64_t first_sample) {
    matrix z(elements, samples);
    const auto size = static_cast<std::uint64_t>(elements);
    for (Index i = 0; i < samples; ++i)
        noise::philox{seed}.fill<double>(stream, draw,
                                         (first_sample + static_cast<std::uint64_t>(i)) * size,
                                         static_cast<int>(elements), z.col(i).data());
    return z;
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior::detail

#include <diffgen/core/with_macros.hpp>
