// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a measure that takes minutes says how far it is, and how it is cancelled.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>

#include <cstdint>
#include <functional>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// Blocks of work that are done, of all that a measure has to do.
struct progress {
    std::int64_t done, total;
};

/// Called after every block of work; where it returns false, the measure throws `cancelled`. An
/// empty one is not called.
using progress_observer = std::function<bool(const progress&)>;

/// A measure was ended by its observer.
class cancelled : public error {
  public:
    using error::error;
};

namespace detail {

/// Counts the blocks of a measure and tells its observer.
class work {
  public:
    work(const progress_observer& observe, std::int64_t total) : observe_(observe), total_(total) {}

    void block_done() {
        ++done_;
        if (!observe_ || observe_({done_, total_})) return;
        throw cancelled(diffgen::detail::text("diffgen: the measure was cancelled after ", done_,
                                              " of ", total_, " blocks"));
    }

  private:
    const progress_observer& observe_;
    std::int64_t total_;
    std::int64_t done_ = 0;
};

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>
