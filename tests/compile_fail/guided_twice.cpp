// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: guided{...} of a predictor that is guided already
#include <diffgen/diffgen.hpp>

using namespace diffgen;

const auto network = [](auto, auto, const noise_level&) {};

auto once = guided{predicts(denoised{}, network), classifier_free{2}};
#ifndef TWIN
auto twice = guided{once, classifier_free{3}};
#endif
