// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: deleted function
#include <diffgen/core/batch_view.hpp>

#include <span>
#include <vector>

using namespace diffgen;

std::size_t run(std::vector<float>& x) {
#ifdef TWIN
    const auto view = batch(std::span<float>(x), 4);
    const auto named = batch(x, 4);
    return view.size() + named.size();
#else
    const auto view = batch(std::vector<float>(x), 4);
    return view.size();
#endif
}
