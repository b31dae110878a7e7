// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// All operations on the tape.

#include <diffgen/nn/activations.hpp>
#include <diffgen/nn/arithmetic.hpp>
#include <diffgen/nn/attention.hpp>
#include <diffgen/nn/batched_matmul.hpp>
#include <diffgen/nn/broadcast.hpp>
#include <diffgen/nn/choice.hpp>
#include <diffgen/nn/functions.hpp>
#include <diffgen/nn/group_norm.hpp>
#include <diffgen/nn/layer_norm.hpp>
#include <diffgen/nn/matmul.hpp>
#include <diffgen/nn/reshape.hpp>
#include <diffgen/nn/row_choice.hpp>
#include <diffgen/nn/rows.hpp>
#include <diffgen/nn/softmax.hpp>
#include <diffgen/nn/solve_triangular.hpp>
#include <diffgen/nn/tape.hpp>
