// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Networks on LibTorch for programs that show how one is served: of the size and with the inputs of
// real ones, and with weights that nobody trained.

#include <diffgen/bridge/any_runtime.hpp>

namespace real_networks {

/// eps of (x, t, y): convolutions on pictures of 3 x 32 x 32, a class 0 .. 9 or 10 for none.
diffgen::bridge::any_runtime picture_network(int threads);

/// eps of (x, t, seen): a perceptron on plans of 16 actions of 2 numbers, which sees 6.
diffgen::bridge::any_runtime policy_network(int threads);

}  // namespace real_networks
