// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: the 2nd part of a predictor_corrector is a corrector
#include <diffgen/diffgen.hpp>

using namespace diffgen;

#ifdef TWIN
auto s = solver::predictor_corrector(solver::ddim{}, solver::langevin{});
#else
auto s = solver::predictor_corrector(solver::ddim{}, solver::euler_maruyama{});
#endif
