// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: cfg_pp is given a method that follows its grid
#include <diffgen/diffgen.hpp>

using namespace diffgen;

auto good = solver::cfg_pp<solver::heun>{};
#ifndef TWIN
auto bad = solver::cfg_pp<solver::mala>{};
#endif
