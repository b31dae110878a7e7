// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: churn is given a method that remembers nothing from step to step
#include <diffgen/diffgen.hpp>

using namespace diffgen;

#ifdef TWIN
solver::churn<solver::dpm_solver_pp_singlestep<2>> s;
#else
solver::churn<solver::dpm_solver_pp_multistep<2>> s;
#endif
