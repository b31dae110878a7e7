// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a pass notes the first stage and sample that ceased to be finite.

#include <diffgen/core/config.hpp>

#include <atomic>
#include <cstdint>

namespace diffgen::exec {

/// One word in the memory of the execution policy: the stage in the upper 24 bits, the sample in
/// the lower 40; all ones: none. The smallest report wins, whatever the order of the tiles.
struct failure {
    static constexpr std::uint64_t none = ~std::uint64_t{0};

    [[nodiscard]] DIFFGEN_HD static std::uint64_t code(std::uint64_t stage, std::uint64_t sample) {
        return stage << 40 | (sample & 0xffffffffffu);
    }
    [[nodiscard]] static std::uint64_t stage(std::uint64_t code) { return code >> 40; }
    [[nodiscard]] static std::uint64_t sample(std::uint64_t code) { return code & 0xffffffffffu; }

    DIFFGEN_HD static void report(std::uint64_t* slot, std::uint64_t code) {
#if DIFFGEN_DEVICE_CODE
        atomicMin(reinterpret_cast<unsigned long long*>(slot),
                  static_cast<unsigned long long>(code));
#else
        std::atomic_ref<std::uint64_t> word(*slot);
        for (std::uint64_t seen = word.load(); code < seen;)
            if (word.compare_exchange_weak(seen, code)) break;
#endif
    }
};

}  // namespace diffgen::exec
