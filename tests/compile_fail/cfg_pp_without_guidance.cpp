// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: this solver takes the estimates of single branches of guidance
#include <diffgen/diffgen.hpp>

using namespace diffgen;

const auto network = [](auto, auto, const noise_level&, auto...) {};

#ifdef TWIN
sampler s{schedule::cosine{}, kernel::variance_preserving{},
          guided{predicts(denoised{}, network), classifier_free{0.6}},
          solver::cfg_pp<solver::ddim>{}};
#else
sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(denoised{}, network),
          solver::cfg_pp<solver::ddim>{}};
#endif
