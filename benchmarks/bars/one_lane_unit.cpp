// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The run with one lane. One program must not have two versions of one inline function: here all of
// the library has another name.

#if !defined(DIFFGEN_ONE_LANE)
#define DIFFGEN_ONE_LANE
#endif
#define diffgen diffgen_with_one_lane
#define ring ring_with_one_lane

#include "mixture_run.hpp"

void run_mixture_with_one_lane(std::vector<float>& x);
void run_mixture_with_one_lane(std::vector<float>& x) {
    run_mixture(x);
}
