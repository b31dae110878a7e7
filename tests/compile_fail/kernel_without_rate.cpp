// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: the 2nd part of a sampler is a forward kernel
#include <diffgen/diffgen.hpp>

using namespace diffgen;

const auto network = [](auto, auto, const noise_level&) {};

struct exploding {
    kernel::scales level(double log_snr) const { return {1, std::exp(-0.5 * log_snr)}; }
#ifdef TWIN
    double log_alpha_rate(double) const {
        return 0;
    }
#endif
};
auto s = sampler{schedule::edm{}, exploding{}, predicts(denoised{}, network), solver::euler{}};
