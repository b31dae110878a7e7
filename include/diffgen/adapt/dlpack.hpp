// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tensors of numpy, PyTorch, JAX, CuPy and all that knows DLPack, in and out. No header of theirs
// is needed.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/adapt/dlpack/exported.hpp>
#include <diffgen/adapt/dlpack/imported.hpp>

#include <diffgen/core/with_macros.hpp>
