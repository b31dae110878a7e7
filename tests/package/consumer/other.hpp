// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What both units of the consumer include: the umbrella.

#if __has_include(<diffgen/diffgen.hpp>)
#include <diffgen/diffgen.hpp>
#endif
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>

void throw_bad_argument();
