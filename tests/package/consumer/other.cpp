// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include "other.hpp"

void throw_bad_argument() {
    throw diffgen::bad_argument("thrown in the other unit");
}
