// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names of the instruction sets.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

namespace diffgen::inline DIFFGEN_ABI {

/// One lane exists everywhere, the others on x86-64: avx2 stands for avx2 with fma, avx512 for its
/// f, dq, bw and vl parts.
namespace isa {
struct one_lane {};
struct avx2 {
    static constexpr int bytes = 32;
};
struct avx512 {
    static constexpr int bytes = 64;
};
}  // namespace isa

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
