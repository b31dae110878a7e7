// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a runtime makes of tiny.onnx, against the formula of that file.

#include "failures.hpp"
#include "tiny_network.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

namespace tiny {

/// The samples of a guided run of 20 steps with seed 7 are those of the formula.
inline void check_guided(const std::vector<float>& x, const std::vector<float>& bias,
                         const std::vector<int>& classes, int no_class) {
    std::vector<float> expected(x.size());
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    guided{predicts(epsilon{}, labelled{formula{bias}, classes, no_class}),
                           classifier_free{.w = 1.5}},
                    solver::ddim{}};
    s.generate(exec::cpp, batch(expected, classes.size()), {.steps = 20, .seed = 7});
    for (std::size_t i = 0; i < x.size(); ++i)
        CHECK(std::abs(x[i] - expected[i]) <= 1e-4f * (1 + std::abs(expected[i])));
}

/// The network is evaluated as the formula says on one thread, on two, and on as many as there are
/// (0). make(threads) loads it.
template <class Make>
void check_threads(const Make& make) {
    for (const int threads : {1, 2, 0})
        check_all(make(threads));
}

}  // namespace tiny
