// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One way to sample: a solver with its grid and all its options; and how it is run on a problem
// with a number of network evaluations that it must not exceed.

#include <diffgen/process/process_view.hpp>
#include <diffgen/solver/step.hpp>

#include "problem.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace curves {

struct outcome {
    int evaluations = 0;
    Eigen::MatrixXd samples;
};

struct candidate {
    std::string solver;   ///< the curve that it belongs to
    std::string options;  ///< the rest
    /// As many steps as `budget` evaluations allow, from these columns of noise; nothing where
    /// there is no such run.
    std::function<std::optional<outcome>(const problem&, int budget, const Eigen::MatrixXd& start)>
        run;
};

[[nodiscard]] std::vector<candidate> ours();             ///< for the probability flow
[[nodiscard]] std::vector<candidate> ours_stochastic();  ///< with fresh noise
[[nodiscard]] std::vector<candidate> theirs();           ///< diffusers, without fresh noise
[[nodiscard]] std::vector<candidate> theirs_stochastic();

/// A column a sample, as a state.
[[nodiscard]] inline diffgen::batch_view<double> as_batch(Eigen::MatrixXd& x) {
    return diffgen::batch(x.data(), static_cast<std::size_t>(x.size()),
                          static_cast<std::size_t>(x.cols()));
}

/// The network evaluations of a run with these options.
template <class Sampler, class Options>
[[nodiscard]] int evaluations_of(const Sampler& s, const Options& o) {
    const auto levels = s.levels(o);
    diffgen::step at{diffgen::process_view(s.process), levels};
    int count = 0;
    for (; at.index < at.count(); ++at.index)
        for (int j = 0; j < s.solver.stages(at); ++j)
            count += s.solver.plan(at, j).evaluates ? 1 : 0;
    return count;
}

}  // namespace curves
