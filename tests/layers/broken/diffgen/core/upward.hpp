// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A header that breaks the rule, for the test of the test.

#include <diffgen/solver/euler.hpp>
