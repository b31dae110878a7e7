// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a solver is told when it plans: the whole grid of levels, and which step it is at.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/stage.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/process/transition.hpp>

#include <span>

namespace diffgen::inline DIFFGEN_ABI {

struct step {
    process_view process;
    std::span<const noise_level> levels;  ///< n + 1 of them, noisiest first
    int index = 0;                        ///< 0 .. n-1
    /// The step at which the solver's memory begins: the values of earlier steps are not there.
    int begin = 0;
    /// Where the step leads in place of the grid's next level, for solvers made of a method.
    const noise_level* target = nullptr;

    [[nodiscard]] const noise_level& level(int i) const {
        return levels[static_cast<std::size_t>(i)];
    }
    [[nodiscard]] const noise_level& from() const { return level(index); }
    [[nodiscard]] const noise_level& to() const {
        return target != nullptr ? *target : level(index + 1);
    }
    /// How many steps before this one the solver remembers.
    [[nodiscard]] int remembered() const { return index - begin; }
    /// Whether the step has no finite length in log-SNR: it leads to the clean end, or from or to
    /// pure noise.
    [[nodiscard]] bool is_infinite() const {
        return to().is_clean() || from().alpha == 0 || to().alpha == 0;
    }
    [[nodiscard]] int count() const { return static_cast<int>(levels.size()) - 1; }
};

namespace solver {

/// Whether a method remembers nothing from step to step: it has static constexpr bool single_step =
/// true.
template <class Method>
inline constexpr bool is_single_step = requires {
    requires Method::single_step;
};

/// Whether all that a method remembers from step to step are denoised estimates: it has static
/// constexpr bool remembers_estimates = true. These stay what they are when noise is added to the
/// state; estimates of the noise, or of what a step has added, do not.
template <class Method>
inline constexpr bool remembers_estimates = requires {
    requires Method::remembers_estimates;
};

}  // namespace solver

/// The only stage of a step to the clean end: the state becomes the denoised estimate.
[[nodiscard]] inline stage denoising_stage(const step& s) {
    return evaluation_stage(s.from()).write(0, s.to().alpha * symbol::D);
}

namespace symbol {

/// The state at level `to` that has the denoised estimate D and the noise `eps`:
/// alpha D + sigma eps; at the clean end, D itself.
inline linear_form state_at(const noise_level& to, linear_form noise) {
    if (to.is_clean()) return to.alpha * D;
    return to.alpha * D + to.sigma * noise;
}

}  // namespace symbol
}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
