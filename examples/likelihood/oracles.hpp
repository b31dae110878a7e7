// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is known exactly, beside what the library finds.

#include "../digits/data.hpp"

#include <ostream>

namespace digits {

/// A line each: name, exact value, ours, error, limit. Returns whether all are within.
bool print_oracles(std::ostream& out, const labelled_digits& training, const labelled_digits& test,
                   bool quick);

}  // namespace digits
