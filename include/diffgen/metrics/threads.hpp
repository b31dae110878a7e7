// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Work that is shared out among threads in pieces larger than those of Eigen's own products, whose
// threads wait for each other at every panel.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <Eigen/Core>

#include <exception>

namespace diffgen::inline DIFFGEN_ABI::metrics::detail {

/// Calls piece(i) for i = 0 .. count - 1, in any order, on as many threads as Eigen has; on one
/// where the program is compiled without OpenMP. Each call writes what is its own. What a piece
/// throws is thrown again when all have ended.
template <class Piece>
void share_out(Eigen::Index count, const Piece& piece) {
    std::exception_ptr thrown;
#ifdef _OPENMP
#pragma omp parallel for schedule(dynamic) num_threads(Eigen::nbThreads()) if (count > 1)
#endif
    for (Eigen::Index i = 0; i < count; ++i) {
        try {
            piece(i);
        } catch (...) {
#ifdef _OPENMP
#pragma omp critical(diffgen_metrics_share_out)
#endif
            thrown = std::current_exception();
        }
    }
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics::detail

#include <diffgen/core/with_macros.hpp>
