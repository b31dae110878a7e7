// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: the 1st part of a sampler is a noise schedule
#include <diffgen/diffgen.hpp>

using namespace diffgen;

const auto network = [](auto, auto, const noise_level&) {};

#ifdef TWIN
auto s = sampler{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, network),
                 solver::euler{}};
#else
auto s = sampler{kernel::variance_exploding{}, schedule::edm{}, predicts(denoised{}, network),
                 solver::euler{}};
#endif
