// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Recorded paths on a device: the bits of the host, of the states and of the log probabilities, by
// record and by replay.

#include "mixtures.hpp"
#include "on_device.hpp"

using namespace diffgen;

namespace {

template <class T, class Solver>
void check_path(const Solver& solver, std::size_t transitions) {
    constexpr std::size_t samples = 33;
    const auto mixture = [] {
        gaussian_mixture<5, 2, T> m;
        for (std::size_t k = 0; k < 2; ++k) {
            m.weights[k] = static_cast<T>(testing::two_in_5d.weights[k]);
            for (std::size_t d = 0; d < 5; ++d) {
                m.means[k][d] = static_cast<T>(testing::two_in_5d.means[k][d]);
                m.variances[k][d] = static_cast<T>(testing::two_in_5d.variances[k][d]);
            }
        }
        return m;
    }();
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(mixture), solver};
    const options o{.steps = 6, .seed = 9};
    std::vector<T> host(samples * 5);
    thrust::device_vector<T> device(host.size());
    recorded_path<T> on_cpu;
    recorded_path<T, space::cuda> on_gpu;
    s.generate(exec::cpp, batch(host, samples), on_cpu, o);
    s.generate(exec::cuda(), batch(device, samples), on_gpu, o);
    CHECK(on_gpu.transitions() == transitions);
    CHECK(differences(host, on_host(device)) == 0);
    const auto expected = on_cpu.log_probabilities(exec::cpp),
               got = on_gpu.log_probabilities(exec::cuda()),
               again = s.log_probabilities(exec::cuda(), on_gpu);
    for (std::size_t k = 0; k < transitions; ++k)
        for (std::size_t i = 0; i < samples; ++i) {
            CHECK(got.of(k)[i] == expected.of(k)[i]);
            CHECK(again.of(k)[i] == expected.of(k)[i]);
        }
}

}  // namespace

TEST_CASE("paths have the bits of the host") {
    if (!has_device()) return;
    check_path<float>(solver::ancestral{}, 5);
    check_path<double>(solver::er_sde<3>{}, 5);
    check_path<double>(solver::annealed_langevin{.steps = 2}, 12);
}
