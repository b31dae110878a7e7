// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a solver has 1 (the state) to max_registers registers
#include <diffgen/diffgen.hpp>

using namespace diffgen;

const auto network = [](auto, auto, const noise_level&) {};

#ifdef TWIN
constexpr int wanted = 8;
#else
constexpr int wanted = 9;
#endif

struct to_estimate {
    static constexpr int registers = wanted;
    static constexpr int rows = 1;
    static constexpr int draws = 0;
    int stages(const step&) const { return 1; }
    stage plan(const step& s, int) const { return evaluation_stage(s.from()).write(0, symbol::D); }
};
auto s = sampler{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, network),
                 to_estimate{}};
