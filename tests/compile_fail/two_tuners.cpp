// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: predictor and corrector tune themselves in two ways
#include <diffgen/diffgen.hpp>

using namespace diffgen;

struct other_tuner : solver::target_snr {};
struct other_corrector : solver::langevin_corrector {
#ifndef TWIN
    using tuner = other_tuner;
#endif
};
auto s = solver::predictor_corrector(solver::langevin_corrector{}, other_corrector{});
