// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The promise gpu_to_cpu for guidance: rows that see each branch, rules of many branches, weights
// of every sample and bounds of every element, which a device reads from its own memory.

#include <diffgen/guidance/by_sample.hpp>
#include <diffgen/guidance/weighted.hpp>
#include <diffgen/solver/cfg_pp.hpp>

#include "branch_means.hpp"
#include "on_device.hpp"

using namespace diffgen;

namespace {

constexpr std::size_t samples = 13, elements = 35;
const testing::branch_means<3> three{{-0.7, 0.4, 1.9}};

template <class Predictor, class Solver>
auto sampler_of(const Predictor& p, const Solver& solver) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{}, p, solver};
}

/// The same predictor with what it refers to on the host and on the device: the same bits.
template <class T, class Host, class Device, class Solver>
void check_both(const Host& on_the_host, const Device& on_the_device, const Solver& solver) {
    for (const bool stepwise : {false, true}) {
        options o{.steps = 5, .seed = 5};
        if (stepwise) o.observe.on_step = [](const observation&) { return true; };
        std::vector<T> host(samples * elements);
        thrust::device_vector<T> device(samples * elements);
        sampler_of(on_the_host, solver).generate(exec::cpp, batch(host, samples), o);
        sampler_of(on_the_device, solver).generate(exec::cuda(), batch(device, samples), o);
        CHECK_MESSAGE(differences(host, on_host(device)) == 0, "stepwise: ", stepwise);
    }
}

template <class T>
std::span<const T> span_of(const thrust::device_vector<T>& v) {
    return {thrust::raw_pointer_cast(v.data()), v.size()};
}

}  // namespace

TEST_CASE("three branches, and rows that see them, have the host's bits") {
    if (!has_device()) return;
    const auto p = guided{predicts(epsilon{}, pointwise(three)), instruct_pix2pix(1.5, 3)};
    check_same_bits<float>(sampler_of(p, solver::ancestral{}), samples, elements,
                           {.steps = 5, .seed = 5});
    const auto seen = sampler_of(clipped{p, -1, 1}, solver::cfg_pp<solver::heun, 2>{});
    check_same_bits<float>(seen, samples, elements, {.steps = 5, .seed = 5});
    check_same_bits<double>(seen, samples, elements, {.steps = 5, .seed = 5});
}

TEST_CASE("a weight for every sample has the host's bits") {
    if (!has_device()) return;
    std::vector<float> weights(samples);
    for (std::size_t i = 0; i < samples; ++i)
        weights[i] = 0.5f * static_cast<float>(i);
    const thrust::device_vector<float> there(weights.begin(), weights.end());
    const testing::branch_means<2> two{{-0.7, 1.3}};
    const auto p = predicts(epsilon{}, pointwise(two));
    check_both<float>(guided{p, classifier_free_by_sample{weights}},
                      guided{p, classifier_free_by_sample{span_of(there)}}, solver::ancestral{});
    check_both<double>(guided{p, classifier_free_by_sample{weights}},
                       guided{p, classifier_free_by_sample{span_of(there)}}, solver::ancestral{});
}

TEST_CASE("bounds for each element have the host's bits") {
    if (!has_device()) return;
    std::vector<float> low(elements), high(elements);
    for (std::size_t e = 0; e < elements; ++e) {
        low[e] = -0.05f * static_cast<float>(e);
        high[e] = 0.1f + 0.02f * static_cast<float>(e);
    }
    const thrust::device_vector<float> low_there(low.begin(), low.end()),
        high_there(high.begin(), high.end());
    const auto p = predicts(epsilon{}, pointwise(testing::one_branch<3>{three, 1}));
    check_both<float>(clipped{p, low, high}, clipped{p, span_of(low_there), span_of(high_there)},
                      solver::ddim{});
}
