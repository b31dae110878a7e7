// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// What tools/fuzz begins with, and what it found, once more.
#include "../fuzz/readers.hpp"
#include "../fuzz/replay.hpp"

TEST_CASE("any bytes give a right value or a typed error") {
    fuzz::replay("npy", fuzz::npy);
    fuzz::replay("idx", fuzz::idx);
    fuzz::replay("safetensors", fuzz::safetensors);
    fuzz::replay("json", fuzz::json);
    fuzz::replay("csv", fuzz::csv);
}
