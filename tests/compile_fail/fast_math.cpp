// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: -ffast-math (or -Ofast) breaks the promised bits
// failing-options: -ffast-math
#include <diffgen/core/config.hpp>
