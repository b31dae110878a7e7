// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Inpainting for a scheduler_config.json of diffusers, whatever class it names.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/inpainting.hpp>
#include <diffgen/compat/diffusers/pipeline.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// Inpaints by the scheduler of a configuration: see inpainting. net is as in with_scheduler; under
/// guidance it merges its branches itself. Throws what generate throws, before x is written.
template <class Exec, class Net, class X, class Noise = noise::philox>
run_summary inpaint(const Exec& e, const config& c, const arguments& a, Net net, X&& x,
                    const known_pictures& known, const options& o = {}, Noise source = {}) {
    return with_scheduler(c, a, net, inpainting{e, x, known, o}, source);
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
