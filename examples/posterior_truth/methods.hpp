// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every method, as a function of the problem and of how many evaluations a sample may take.

#include "problem.hpp"

#include <functional>
#include <string>
#include <vector>

namespace truth {

struct method {
    std::string name;
    std::function<matrix(const problem&, int evaluations, Index count)> run;
    bool needs_mask = false;
};

/// Methods of this library: changed estimates under one sampler.
std::vector<method> estimates();
/// Methods of this library that are runs of their own.
std::vector<method> runs();
/// Rules of other implementations, as compat has them.
std::vector<method> peers();

/// Twisted Monte Carlo of `count` samples in groups of so many particles; the error of log p(y).
struct twisted_result {
    matrix samples;
    double evidence_error;  ///< root mean square over groups, of exp(log estimate - log truth)
};
twisted_result twisted(const problem& p, int steps, Index count, Index particles);

}  // namespace truth
