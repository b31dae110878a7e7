// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Prints the hashes of a handful of runs, on floats and on doubles: the same from every compiler
// and optimisation, with fused multiply-adds and without. The coefficients of all that there is are
// compared by coefficients.cpp; here it is the passes that are compiled in every way.
#include <diffgen/exec/policy.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/predictor_corrector.hpp>

#include "hash.hpp"
#include "mixture_as.hpp"
#include "mixtures.hpp"

#include <cstdio>
#include <vector>

using namespace diffgen;

namespace {

template <class T, class Sampler>
void print(const char* name, const char* type, Sampler s) {
    std::vector<T> x(5 * 40);
    s.generate(exec::omp, batch(x, 40), {.steps = 5, .seed = 19});
    testing::hash h;
    for (const T v : x)
        h.add(v);
    std::printf("%s, %s %016llx\n", name, type, h.value());
}

template <class Sampler>
void print(const char* name, const Sampler& s) {
    print<float>(name, "float", s);
    print<double>(name, "double", s);
}

}  // namespace

int main() {
    const schedule::linear_beta vp{};
    const kernel::variance_preserving vp_kernel{};
    const auto functor = testing::samplewise_predictor(epsilon{}, testing::two_in_5d);
    const auto network = testing::batched_predictor(epsilon{}, testing::two_in_5d);
    print("ancestral, fused", sampler{vp, vp_kernel, functor, solver::ancestral{}});
    print("clipped, stepwise",
          sampler{vp, vp_kernel, clipped{network, -0.8, 0.9}, solver::ancestral{}});
    print("predictor-corrector, stepwise",
          sampler{vp, vp_kernel, network,
                  solver::predictor_corrector(solver::ancestral{}, solver::langevin_corrector{})});
    print("churned Heun, stepwise", sampler{schedule::edm{}, kernel::variance_exploding{}, network,
                                            solver::churn<>{.amount = 2}});
}
