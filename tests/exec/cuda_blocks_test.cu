// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Levels by block on a device: the host's bits.

#include <diffgen/blocks/rules.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "bits_equal.hpp"
#include "blockwise.hpp"
#include "on_device.hpp"

using namespace diffgen;

namespace {

template <class Solver, class Rule>
void check_rule(const Solver& solver, const Rule& rule) {
    constexpr std::size_t samples = 5, elements = 40;
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(denoised{}, pointwise{testing::shrink{}}), solver};
    const options o{.steps = 6, .seed = 4};
    std::vector<float> host(samples * elements, 0.5f);
    thrust::device_vector<float> device(host.begin(), host.end());
    s.add_noise(exec::cpp, rule, batch(host, samples), o);
    s.add_noise(exec::cuda(), rule, batch(device, samples), o);
    CHECK(differences(host, on_host(device)) == 0);
    const run_summary here = s.generate_from(exec::cpp, rule, batch(host, samples), o);
    const run_summary there = s.generate_from(exec::cuda(), rule, batch(device, samples), o);
    CHECK(here.evaluations == there.evaluations);
    CHECK(differences(host, on_host(device)) == 0);
}

}  // namespace

TEST_CASE("levels by block have the host's bits on a device") {
    if (!has_device()) return;
    check_rule(solver::ancestral{}, blocks::pyramid{8, 2});
    check_rule(solver::heun{}, blocks::after_prefix{2, blocks::causal{6}});
    check_rule(solver::ancestral{}, blocks::uniform{4});
}
