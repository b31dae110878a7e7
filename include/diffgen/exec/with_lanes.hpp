// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A pass as what a back end calls.

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>

#include <cstddef>

namespace diffgen::exec {

/// A pass as a functor of Thrust: chooses the lanes once a tile.
template <class T, class Pass>
struct with_lanes {
    Pass pass;

    struct kernel {
        const Pass* pass;
        std::size_t index;
        template <class V>
        DIFFGEN_VALUE void operator()(lanes::tag<V>) const {
            pass->template run<V>(index);
        }
    };

    DIFFGEN_HD void operator()(std::size_t index) const { lanes::run<T>(kernel{&pass, index}); }
};

}  // namespace diffgen::exec
