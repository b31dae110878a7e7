// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The promise gpu_to_cpu: a device gives the bits of the host, for solvers without and with noise,
// for guidance and clipping in the pass, in floats and doubles.

#include "mixtures.hpp"
#include "on_device.hpp"

using namespace diffgen;

namespace {

constexpr std::size_t samples = 1001;  // the last tile is not full

/// Pulls towards the centre of its condition; without one, towards 0.
struct pulled {
    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V& x, const level_of<S>& l, bool conditioned) const {
        const V centre = broadcast<V>(conditioned ? S(1) : S(0));
        return diffgen::tanh(diffgen::fma(broadcast<V>(l.alpha), centre - x, x));
    }
};

/// A predictor of one element without a condition.
struct waved {
    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V& x, const level_of<S>& l) const {
        return diffgen::sin(diffgen::fma(broadcast<V>(l.sigma), x, broadcast<V>(S(0.5))));
    }
};

template <class T, class Solver>
void check_solver(Solver solver) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(testing::three_in_2d),
              solver};
    check_same_bits<T>(s, samples, 2, {.steps = 7, .seed = 5, .first_sample = 3});
}

}  // namespace

TEST_CASE("ddim, whose only noise is the prior, has the host's bits") {
    if (!has_device()) return;
    check_solver<float>(solver::ddim{});
    check_solver<double>(solver::ddim{});
}

TEST_CASE("ancestral sampling, with noise in every step, has the host's bits") {
    if (!has_device()) return;
    check_solver<float>(solver::ancestral{});
    check_solver<double>(solver::ancestral{});
}

TEST_CASE("noise along a path, of which each stage takes its piece, has the host's bits") {
    if (!has_device()) return;
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(testing::three_in_2d),
              solver::seeds<2>{}, noise::brownian{}};
    const options o{.steps = 7, .seed = 5, .first_sample = 3};
    check_same_bits<float>(s, samples, 2, o);
    check_same_bits<double>(s, samples, 2, o);
}

TEST_CASE("a corrector that tunes itself by the norms of a sample has the host's bits") {
    if (!has_device()) return;
    check_solver<float>(
        solver::predictor_corrector{solver::euler_maruyama{}, solver::langevin_corrector{}});
}

TEST_CASE("guidance and clipping inside the pass have the host's bits") {
    if (!has_device()) return;
    const auto p = clipped{guided{predicts(epsilon{}, pointwise{pulled{}}), classifier_free{3}}};
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, p, solver::ddim{}};
    check_same_bits<float>(s, 13, 35, {.steps = 5, .seed = 5});
    check_same_bits<double>(s, 13, 35, {.steps = 5, .seed = 5});
}

TEST_CASE("a threshold from the whole sample has the host's bits") {
    if (!has_device()) return;
    const auto p = thresholded{predicts(epsilon{}, pointwise{waved{}})};
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, p, solver::ancestral{}};
    check_same_bits<float>(s, 13, 35, {.steps = 5, .seed = 5});
}
