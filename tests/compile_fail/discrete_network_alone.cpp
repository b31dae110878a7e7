// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: the 3rd part of a discrete sampler is a predictor
#include <diffgen/discrete/sampler.hpp>

namespace discrete = diffgen::discrete;

struct network {};

auto make() {
#ifdef TWIN
    return discrete::sampler{discrete::uniform{4}, discrete::log_linear{},
                             discrete::predicts(discrete::clean{}, network{})};
#else
    return discrete::sampler{discrete::uniform{4}, discrete::log_linear{}, network{}};
#endif
}
