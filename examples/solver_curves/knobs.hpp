// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The values of the options that both sides have: each of them is tried with the same ones.

namespace curves::knobs {

/// grid::straight{shift} here; flow_shift of use_flow_sigmas, and shift of flow matching, there.
inline constexpr double shifts[] = {0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5, 2, 3, 4, 8};

/// sigma_max of levels placed in sigma / alpha, beside that of the schedule itself.
inline constexpr double most_noise[] = {10, 15, 20, 40, 80};

/// Of Karras' levels, where the class has it.
inline constexpr double rhos[] = {3, 5, 7, 10};

}  // namespace curves::knobs
