// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// All sources of noise.

#include <diffgen/noise/brownian.hpp>
#include <diffgen/noise/per_sample_seeds.hpp>
#include <diffgen/noise/recorded.hpp>
#include <diffgen/noise/simplex.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/noise/stream.hpp>
