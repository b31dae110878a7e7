// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What noise is for. Each purpose has its own stream, so that no two draw the same numbers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::noise {

/// A user's own purposes are numbered from stream{1u << 16} to
/// stream{first_radius_stream}.
enum class stream : std::uint32_t {
    prior,       // the state at the highest noise level
    solver,      // the solver's steps
    forward,     // noise added to given data
    inpainting,  // the noised known region
    guidance,    // noise of a guidance term
    training,    // the noise of training pairs
    times,       // the noise levels of training pairs
    dropout,     // dropped conditions and units
    weights,     // initial weights
    data,        // shuffling and augmentation
    metric,      // projections and subsets of a metric
    acceptance,  // the choices of Metropolis steps
    order        // which elements an order of levels takes first
};

/// From here on, the radii of noise::poisson_flow, a stream for each purpose.
inline constexpr std::uint32_t first_radius_stream = 1u << 30;
/// From here on, the paths of noise::brownian.
inline constexpr std::uint32_t first_path_stream = 1u << 31;

}  // namespace diffgen::inline DIFFGEN_ABI::noise

#include <diffgen/core/with_macros.hpp>
