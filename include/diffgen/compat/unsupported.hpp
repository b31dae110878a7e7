// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a compatibility layer says of a peer's rule that it does not reproduce.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat {

/// A class, option or value that the peer has and diffgen does not reproduce; the text names it.
class unsupported : public bad_argument {
  public:
    using bad_argument::bad_argument;
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat

#include <diffgen/core/with_macros.hpp>
