// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a time grid has std::vector<noise_level> levels(const process_view&
#include <diffgen/diffgen.hpp>

#include <vector>

using namespace diffgen;

struct constant {
#ifdef TWIN
    std::vector<noise_level> levels(const process_view& p, int) const {
        return {p.clean()};
    }
#else
    std::vector<double> times(int) const {
        return {0};
    }
#endif
};
const options o{.steps = 5, .grid = constant{}};
