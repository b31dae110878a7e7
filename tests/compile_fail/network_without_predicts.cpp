// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: the 3rd part of a sampler is a predictor: a common mistake
#include <diffgen/diffgen.hpp>

using namespace diffgen;

const auto network = [](auto, auto, const noise_level&) {};

#ifdef TWIN
auto s = sampler{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, network),
                 solver::euler{}};
#else
auto s = sampler{schedule::edm{}, kernel::variance_exploding{}, network, solver::euler{}};
#endif
