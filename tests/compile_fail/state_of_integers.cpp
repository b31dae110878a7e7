// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a state is made of floats or doubles
#include <diffgen/exec/state_view.hpp>

#include <vector>

#ifdef TWIN
using element = float;
#else
using element = int;
#endif

struct one_thread {
    using space = diffgen::space::host;
};

auto view(std::vector<element>& x) {
    return diffgen::exec::state_view(one_thread{}, diffgen::batch(x, 4));
}
