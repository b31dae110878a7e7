// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a path is recorded where the solver says how much noise a stage draws
#include <diffgen/diffgen.hpp>

#include <vector>

using namespace diffgen;

void record(std::vector<double>& x) {
    const auto net = [](auto in, auto out, const noise_level&) {
        for (std::size_t i = 0; i < out.size(); ++i)
            out.data[i] = in.data[i % in.size()];
    };
    const auto plain = predicts(epsilon{}, net);
    recorded_path<double> path;
#ifdef TWIN
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, plain, solver::ancestral{}};
#else
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, learned_variance{plain},
              solver::ancestral{}};
#endif
    s.generate(exec::cpp, batch(x, 64), path, {.steps = 10});
}
