// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// All bars: each measures its figures and hands them on.

#include "../bar.hpp"

void bar_pass(bars& to);
void bar_ragged(bars& to);
void bar_one_lane(bars& to);
void bar_network(bars& to);
void bar_cohorts(bars& to);
void bar_kept(bars& to);
void bar_blocks(bars& to);
void bar_pool(bars& to);
