// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: annealed brings the state to the next level
#include <diffgen/diffgen.hpp>

using namespace diffgen;

#ifdef TWIN
auto s = solver::annealed(solver::underdamped_langevin{});
#else
auto s = solver::annealed(solver::langevin_corrector{});
#endif
