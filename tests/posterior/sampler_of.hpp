// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sampler of the tests of posterior runs, by predictor and solver.

#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include <utility>

template <class Predictor, class Solver>
auto sampler_of(Predictor p, Solver s) {
    return diffgen::sampler{diffgen::schedule::linear_beta{},
                            diffgen::kernel::variance_preserving{}, std::move(p), s};
}
