// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The solvers of the list as parts of a sampler, which must know at compile time who tunes itself.

#include <diffgen/solver/langevin.hpp>

#include "solvers.hpp"

namespace conformance {

/// target_snr is the only tuner of the library.
struct tuning_solver : any_solver {
    using tuner = diffgen::solver::target_snr;
    explicit tuning_solver(const any_solver& s) : any_solver(s) {}
};

/// Calls f with the entry's solver.
template <class F>
void visit(const entry& e, F f) {
    if (e.solver.tunes())
        f(tuning_solver(e.solver));
    else
        f(e.solver);
}

}  // namespace conformance
