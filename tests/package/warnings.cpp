// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A consumer that turns every warning into an error: all headers, and samplers of every kind.

#include "everything.hpp"

#include <diffgen/adapt/eigen.hpp>

#include <cstddef>
#include <vector>

namespace {

using namespace diffgen;

struct network {
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& l) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = static_cast<float>(l.sigma) * in.data[i];
    }
};

template <class Solver, class Predictor>
int run_with(const Solver& solver, const Predictor& predictor) {
    std::vector<float> x(200);
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, predictor, solver};
    int evaluations = s.generate(exec::cpp, batch(x, 100), {.steps = 5, .seed = 7}).evaluations;
#if DIFFGEN_HAS_OMP
    evaluations += s.generate_from(exec::omp, 0.5, batch(x, 100), {.steps = 5}).evaluations;
#endif
    return evaluations;
}

}  // namespace

int main() {
    const auto plain = predicts(epsilon{}, network{});
    int sum = run_with(solver::ancestral{}, plain) + run_with(solver::heun{}, plain);
    sum += run_with(solver::dormand_prince{}, plain);
    sum += run_with(solver::dpm_solver_pp_multistep<2>{}, exact(gaussian_mixture<2, 3>{}));
    sum += run_with(solver::predictor_corrector{solver::ancestral{}, solver::langevin_corrector{}},
                    plain);
    sum += run_with(solver::ddim{}, clipped{plain});
    sum += run_with(solver::ddim{}, thresholded{plain});
    const nn::residual_mlp<float> net({.features = 2, .hidden = 8, .blocks = 1});
    sum += net.features() == 2 ? 1 : 0;
    return sum > 0 ? 0 : 1;
}
