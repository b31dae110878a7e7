// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Prints the hash of a run on doubles by every solver, under every kernel: the same from every
// compiler and optimisation, with fused multiply-adds and without. On one lane, to compile fast;
// sampling.cpp has the others.
#define DIFFGEN_ONE_LANE
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/schedule/sub_vp.hpp>

#include "../conformance/tuning_solver.hpp"
#include "hash.hpp"
#include "kernels.hpp"
#include "mixture_as.hpp"
#include "mixtures.hpp"

#include <cstdio>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

template <class Schedule, class Kernel>
void print(const char* name, const Schedule& schedule, const Kernel& kernel) {
    const auto network = testing::batched_predictor(velocity{}, testing::two_in_5d);
    for (const conformance::entry& e : conformance::solvers()) {
        if (e.name == "alphafold3") continue;  // adds more noise than these schedules end with
        conformance::visit(e, [&](const auto& solver) {
            std::vector<double> x(5 * 8);
            sampler{schedule, kernel, network, solver}.generate(exec::cpp, batch(x, 8),
                                                                {.steps = 6, .seed = 23});
            testing::hash h;
            for (const double v : x)
                h.add(v);
            std::printf("%s, %s %016llx\n", e.name.c_str(), name, h.value());
        });
    }
}

}  // namespace

int main() {
    print("variance preserving", schedule::linear_beta{}, kernel::variance_preserving{});
    print("variance exploding", schedule::edm{}, kernel::variance_exploding{});
    print("sub-variance-preserving", schedule::sub_vp{schedule::linear_beta{}},
          kernel::sub_variance_preserving{});
    print("linear interpolant", schedule::rectified{.last = 0.99}, kernel::linear_interpolant{});
}
