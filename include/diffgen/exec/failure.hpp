// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a pass notes the first stage and sample that ceased to be finite.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/solver/step.hpp>

#include <atomic>
#include <cstdint>
#include <string>

namespace diffgen::inline DIFFGEN_ABI::exec {

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

/// Where in a run a stage was carried out.
struct place {
    int step = 0, steps = 0, part = 0;
    double from = 0, to = 0;  ///< times

    place() = default;
    place(const diffgen::step& s, int stage)
        : step(s.index), steps(s.count()), part(stage), from(s.from().t), to(s.to().t) {}
};

/// What is thrown for what happened there to the sample of that number in the whole job.
[[nodiscard]] inline non_finite non_finite_at(const place& p, std::uint64_t sample) {
    const std::string text = diffgen::detail::text(
        "diffgen: NaN or infinity in step ", p.step, " of ", p.steps, " (stage ", p.part,
        ", from t = ", p.from, " to ", p.to, "), first in sample ", sample,
        "; the network's output there, the state it was given, or what follows from both");
    return {text, p.step, p.part, sample, p.from};
}

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>
