// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: an order in which elements are shown needs the absorbing corruption
#include <diffgen/discrete/sampler.hpp>

namespace discrete = diffgen::discrete;

#ifdef TWIN
constexpr discrete::absorbing corruption{4, 3};
#else
constexpr discrete::uniform corruption{4};
#endif

struct network {};

auto make() {
    return discrete::sampler{corruption, discrete::log_linear{},
                             discrete::predicts(discrete::clean{}, network{}), discrete::raster{}};
}
