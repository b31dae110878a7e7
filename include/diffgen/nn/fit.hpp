// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A whole training: steps of nn::trainer, with checkpoints and somebody who watches.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/trainer.hpp>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Takes the steps from state.step to options.steps. `loss(const shard<T>&)` gives the shard's part
/// of the batch's loss as a 1 x 1 variable: the sum over its samples divided by the batch. It must
/// be a function of its argument alone and safe to call on several threads; then a run is a
/// function of state and options, and a resumed one gives the same bits as one that never stopped.
/// Returns false when the observer ended it. Throws bad_argument, bad_file, and non_finite when a
/// loss or gradient is not finite: the state is then the one before that step.
template <class T, class Loss>
bool fit(training_state<T>& state, const Loss& loss, const fit_options& options) {
    trainer<T, Loss> training(state, loss, options);
    const auto save_now = [&] {
        if (!options.checkpoint.empty()) save(state, options.checkpoint);
    };
    while (state.step < options.steps) {
        const training_progress progress = training.step();
        const bool more = !options.observe || options.observe(progress);
        const bool due = options.checkpoint_every > 0 && state.step % options.checkpoint_every == 0;
        if (!more || due || state.step == options.steps) save_now();
        if (!more) return false;
    }
    return true;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
