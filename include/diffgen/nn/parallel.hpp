// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Independent pieces of work on the threads of OpenMP, or one after the other without it.

#include <diffgen/core/config.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>

#if DIFFGEN_HAS_OMP
#include <omp.h>
#endif

namespace diffgen::nn::detail {

/// How many threads `threads` stands for: 0 means as many as OpenMP would take.
inline int thread_count(int threads) {
#if DIFFGEN_HAS_OMP
    return threads > 0 ? threads : omp_get_max_threads();
#else
    return threads > 0 ? std::min(threads, 1) : 1;
#endif
}

/// work(i, slot) for i in [0, pieces), slot < thread_count(threads); two pieces never run in one
/// slot at the same time. An exception of the piece with the smallest i is thrown on.
template <class Work>
void for_each_piece(std::int64_t pieces, int threads, Work work) {
#if DIFFGEN_HAS_OMP
    const int team = static_cast<int>(
        std::min<std::int64_t>(std::max<std::int64_t>(pieces, 1), thread_count(threads)));
    if (team > 1) {
        std::int64_t failed = pieces;
        std::exception_ptr problem;
#pragma omp parallel for schedule(dynamic, 1) num_threads(team)
        for (std::int64_t i = 0; i < pieces; ++i) {
            try {
                work(i, omp_get_thread_num());
            } catch (...) {
#pragma omp critical(diffgen_nn_piece)
                if (i < failed) {
                    failed = i;
                    problem = std::current_exception();
                }
            }
        }
        if (problem) std::rethrow_exception(problem);
        return;
    }
#endif
    for (std::int64_t i = 0; i < pieces; ++i)
        work(i, 0);
}

}  // namespace diffgen::nn::detail
