// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: tempered is given a solver with a member temperature
#include <diffgen/diffgen.hpp>

using namespace diffgen;

template <class Solver>
stage first(const Solver& s, const step& k) {
    return s.plan(k, 0);
}

#ifdef TWIN
using solver_type = solver::tempered<solver::annealed<solver::langevin>>;
#else
using solver_type = solver::tempered<solver::ancestral>;
#endif
template stage first(const solver_type&, const step&);
