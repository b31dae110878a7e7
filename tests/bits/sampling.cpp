// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Prints the hashes of a handful of runs: the same from every compiler and optimisation. In floats:
// coefficients are computed by the host's compiler in double, which under -march=native may
// contract a sum of products, and in double their last bit shows.
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

#include "mixture_as.hpp"
#include "mixtures.hpp"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

using namespace diffgen;

namespace {

/// FNV-1a over the bytes.
std::uint64_t hash(const std::vector<float>& x) {
    std::uint64_t h = 0xcbf29ce484222325u;
    for (const float v : x) {
        unsigned char bytes[sizeof(float)];
        std::memcpy(bytes, &v, sizeof(float));
        for (const unsigned char b : bytes)
            h = (h ^ b) * 0x100000001b3u;
    }
    return h;
}

template <class Sampler>
void print(const char* name, Sampler s) {
    std::vector<float> x(5 * 40);
    s.generate(exec::omp, batch(x, 40), {.steps = 5, .seed = 19});
    std::printf("%s %016llx\n", name, static_cast<unsigned long long>(hash(x)));
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
