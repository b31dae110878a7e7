// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which timesteps the image-to-image pipelines of diffusers run, by 'strength' or
// 'denoising_start': their get_timesteps().

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/names.hpp>
#include <diffgen/compat/diffusers/pipeline/first_call.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/compat/unsupported.hpp>
#include <diffgen/core/check.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The pipelines of Stable Diffusion round the steps that are done, those of flows the steps that
/// are left out; SDXL takes a 'denoising_start' too.
enum class image_pipeline { sd, sdxl, sd3, flux };

/// The pipeline of a name, "sd" and so on. Throws compat::unsupported for another.
[[nodiscard]] inline image_pipeline image_pipeline_of(std::string_view name) {
    if (name == "sd") return image_pipeline::sd;
    if (name == "sdxl") return image_pipeline::sdxl;
    if (name == "sd3") return image_pipeline::sd3;
    if (name == "flux") return image_pipeline::flux;
    throw unsupported(
        diffgen::detail::text("diffgen: the pipeline '", std::string(name), "' of diffusers"));
}

/// What of a grid a pipeline runs.
struct partial_timesteps {
    std::vector<double> timesteps;
    int steps;                       ///< what the pipeline takes for their number
    std::optional<int> begin_index;  ///< of the first in the grid, for schedulers that are told
};

/// The timesteps that remain of `all`, which a scheduler made for n steps.
/// Throws bad_argument unless n is above 0, strength from 0 to 1 and denoising_start inside of it;
/// compat::unsupported for a denoising_start of another pipeline than SDXL's.
[[nodiscard]] inline partial_timesteps image_to_image_timesteps(
    image_pipeline pipeline, scheduler s, std::span<const double> all, int n, double strength,
    std::optional<double> denoising_start = {}) {
    diffgen::detail::require(n > 0, "'num_inference_steps' = ", n, "; must be 1 or more");
    diffgen::detail::require(strength >= 0 && strength <= 1, "'strength' = ", strength,
                             "; must be from 0 to 1");
    const int size = static_cast<int>(all.size()), order = detail::calls_a_step(s);
    int first = 0, steps = 0;
    if (denoising_start) {
        const double d = *denoising_start;
        if (pipeline != image_pipeline::sdxl)
            throw unsupported("diffgen: 'denoising_start' of another pipeline than SDXL's");
        diffgen::detail::require(d > 0 && d < 1, "'denoising_start' = ", d,
                                 "; must be between 0 and 1");
        const int cut = detail::rounded(1000 - product(d, 1000.));
        steps = static_cast<int>(
            std::count_if(all.begin(), all.end(), [&](double t) { return t < cut; }));
        if (order == 2 && steps % 2 == 0) ++steps;  // a step begins with the first of its calls
        steps = std::min(steps, size);
        first = size - steps;
    } else {
        const double done = product(static_cast<double>(n), strength);
        const bool by_steps_done =
            pipeline == image_pipeline::sd || pipeline == image_pipeline::sdxl;
        const int left_out = by_steps_done ? n - std::min(static_cast<int>(done), n)
                                           : static_cast<int>(std::max(n - done, 0.));
        steps = n - left_out;
        first = left_out * order;
    }
    partial_timesteps part{{}, steps, {}};
    for (int i = std::min(first, size); i < size; ++i)
        part.timesteps.push_back(all[static_cast<std::size_t>(i)]);
    if (s != scheduler::ddim && s != scheduler::ddpm && s != scheduler::pndm)
        part.begin_index = first;
    return part;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
