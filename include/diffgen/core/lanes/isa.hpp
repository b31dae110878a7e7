// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names of the instruction sets.

namespace diffgen {

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

}  // namespace diffgen
