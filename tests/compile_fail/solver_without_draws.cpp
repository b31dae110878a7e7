// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: the 4th part of a sampler is a solver: constants registers, rows and
#include <diffgen/diffgen.hpp>

using namespace diffgen;

const auto network = [](auto, auto, const noise_level&) {};

struct to_estimate {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
#ifdef TWIN
    static constexpr int draws = 0;
#endif
    int stages(const step&) const {
        return 1;
    }
    stage plan(const step& s, int) const {
        return evaluation_stage(s.from()).write(0, symbol::D);
    }
};
auto s = sampler{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, network),
                 to_estimate{}};
