// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// What tools/fuzz begins with, and what it found, once more.
#include "../fuzz/pictures.hpp"
#include "../fuzz/replay.hpp"

TEST_CASE("any bytes give a right value or a typed error") {
    fuzz::replay("gzip", fuzz::gzip);
    fuzz::replay("png", fuzz::png);
}
