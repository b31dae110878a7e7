// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// All bars, a line each; or those whose names are given. Returns how many are not kept.

#include "bars.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

int main(int count, char** arguments) {
    const std::vector<std::pair<std::string, void (*)(bars&)>> all{
        {"pass", bar_pass},       {"ragged", bar_ragged},   {"one_lane", bar_one_lane},
        {"network", bar_network}, {"cohorts", bar_cohorts}, {"kept", bar_kept},
        {"blocks", bar_blocks},   {"pool", bar_pool},
    };
    const std::vector<std::string> wanted(arguments + 1, arguments + count);
    bars result;
    for (const auto& [name, measure] : all)
        if (wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end())
            measure(result);
    std::printf("%d below\n", result.below());
    return result.below();
}
