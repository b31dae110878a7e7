// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a predictor that judges its steps goes a way of its own
#include <diffgen/diffgen.hpp>

using namespace diffgen;

#ifdef TWIN
auto s = solver::predictor_corrector(solver::heun{}, solver::mala{});
#else
auto s = solver::predictor_corrector(solver::adaptive_heun{}, solver::mala{});
#endif
