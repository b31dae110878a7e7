// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a run did.

namespace diffgen {

struct run_summary {
    int steps = 0;         ///< done
    int evaluations = 0;   ///< of the network
    bool finished = true;  ///< false: an observer or an error ended it
};

}  // namespace diffgen
