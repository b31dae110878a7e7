// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: ancestral_of is given a method that takes no noise itself
#include <diffgen/diffgen.hpp>

using namespace diffgen;

#ifdef TWIN
solver::ancestral_of<solver::dpm_solver_pp_multistep<2>> s;
#else
solver::ancestral_of<solver::unipc<2>> s;
#endif
