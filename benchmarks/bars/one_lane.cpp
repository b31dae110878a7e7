// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// What a program pays that is compiled with DIFFGEN_ONE_LANE, on a processor with fused
// multiply-adds: about the width of the lanes that it does without, and not one bit.

#include "../contest.hpp"
#include "bars.hpp"
#include "mixture_run.hpp"

#include <vector>

void run_mixture_with_one_lane(std::vector<float>& x);

void bar_one_lane(bars& to) {
    std::vector<float> x(2 * mixture_particles), y(x.size());
    const auto lanes = [&] { return contest::time_of([&] { run_mixture(x); }); };
    const auto one = [&] { return contest::time_of([&] { run_mixture_with_one_lane(y); }); };
    const double ratio = contest::ratio(one, lanes, 21);
    to.at_most("one lane / lanes, mixture in one pass", ratio, 8);
    to.at_most("one lane has other bits than lanes", x == y ? 0 : 1, 0);
}
