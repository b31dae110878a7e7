// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: the 1st part of a sampler is a noise schedule
#include <diffgen/diffgen.hpp>

using namespace diffgen;

const auto network = [](auto, auto, const noise_level&) {};

struct falling {
    double log_snr(double t) const { return 5 - 10 * t; }
#ifdef TWIN
    double log_snr_rate(double) const {
        return -10;
    }
#endif
    double t_min() const {
        return 0;
    }
    double t_max() const {
        return 1;
    }
};
auto s = sampler{falling{}, kernel::variance_exploding{}, predicts(denoised{}, network),
                 solver::euler{}};
