// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Samples at times of their own and samples under error control on a device: the host's bits.

#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/brownian.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/adaptive.hpp>
#include <diffgen/solver/adaptive_dpm.hpp>
#include <diffgen/solver/adaptive_sde.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/annealed.hpp>
#include <diffgen/solver/mala.hpp>
#include <diffgen/solver/predictor_corrector.hpp>

#include "bits_equal.hpp"
#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "on_device.hpp"

using namespace diffgen;

namespace {

constexpr std::size_t samples = 9, elements = 5;

template <class Solver>
auto sampler_of(Solver solver) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   testing::samplewise_predictor(epsilon{}, testing::two_in_5d), solver};
}

}  // namespace

TEST_CASE("samples at times of their own have the host's bits on a device") {
    if (!has_device()) return;
    auto s = sampler_of(solver::ancestral{});
    std::vector<double> times;
    for (std::size_t i = 0; i < samples; ++i)
        times.push_back(0.1 + 0.1 * static_cast<double>(i));
    const options o{.steps = 6, .seed = 4};
    std::vector<float> host(samples * elements, 0.5f);
    thrust::device_vector<float> device(host.begin(), host.end());
    s.add_noise(exec::cpp, times, batch(host, samples), o);
    s.add_noise(exec::cuda(), times, batch(device, samples), o);
    CHECK(differences(host, on_host(device)) == 0);
    s.generate_from(exec::cpp, times, batch(host, samples), o);
    s.generate_from(exec::cuda(), times, batch(device, samples), o);
    CHECK(differences(host, on_host(device)) == 0);
}

namespace {

/// As many evaluations and the same bits, from the prior on both.
template <class Sampler>
void check_judged(Sampler s) {
    std::vector<float> host(samples * elements);
    thrust::device_vector<float> device(samples * elements);
    const options o{.steps = 10, .seed = 4};
    const run_summary here = s.generate(exec::cpp, batch(host, samples), o);
    const run_summary there = s.generate(exec::cuda(), batch(device, samples), o);
    CHECK(here.evaluations == there.evaluations);
    CHECK(differences(host, on_host(device)) == 0);
}

}  // namespace

TEST_CASE("samples under error control have the host's bits on a device") {
    if (!has_device()) return;
    check_judged(sampler_of(solver::adaptive_bogacki_shampine{}));
    check_judged(sampler_of(solver::adaptive_dpm<3>{}));
    check_judged(sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                         testing::samplewise_predictor(epsilon{}, testing::two_in_5d),
                         solver::adaptive_sde{}, noise::brownian{}});
}

TEST_CASE("samples that compare densities have the host's bits on a device") {
    if (!has_device()) return;
    check_judged(
        sampler{schedule::linear_beta{}, kernel::variance_preserving{}, exact(testing::two_in_5d),
                solver::predictor_corrector{solver::ancestral{},
                                            solver::scaled_by_noise{solver::mala{.delta = 1}}}});
}
