// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the owner of a pool says of it and hears of a request.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <cstddef>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI {

/// A request by its number in its pool, which no other request of the pool ever has.
enum class request_id : std::uint64_t {};

/// What a pool does when a request comes for which there is no room.
enum class when_full {
    refuse,  ///< throws bad_argument
    grow,    ///< takes twice the memory
};

struct pool_options {
    std::size_t capacity = 64;  ///< requests that there is room for, those that have ended included
    when_full if_full = when_full::refuse;
    /// Whether the passes are to store the denoised estimate of every request, for previews.
    bool keep_denoised = false;
};

enum class request_state {
    running,
    arrived,  ///< its state is the sample
    failed,   ///< its state is none; whoever asks for it gets the exception
};

/// How far a request is.
struct request_status {
    request_state state;
    int step;         ///< steps done, those that a judge refused included
    int steps;        ///< of the request; 0 where only the solver knows how many there will be
    int refused;      ///< steps that a judge refused
    int evaluations;  ///< of the network
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
