// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a state is made of floats or doubles, of a discrete sampler also of
// whole
#include <diffgen/core/batch_view.hpp>

#include <vector>

#ifdef TWIN
using element = int;
#else
using element = long long;
#endif

auto view(std::vector<element>& x) {
    return diffgen::batch(x, 4);
}
