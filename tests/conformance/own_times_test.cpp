// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// A batch whose samples start at times of their own is, bit for bit, each sample run alone from its
// time; also where the noise is a path, of which each sample is at another piece.
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/brownian.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include "bits_equal.hpp"
#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "tuning_solver.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t D = 5;
/// Together, apart, from all the noise there is, and from almost none.
const std::vector<double> times{1, 0.5, 0.5, 0.73, 0.02};

template <class Noise, class Solver>
void check_alone(const Solver& solver) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::batched_predictor(epsilon{}, testing::two_in_5d), solver, Noise{}};
    options o{.steps = 5, .seed = 5, .first_sample = 3};
    std::vector<double> together(times.size() * D);
    s.add_noise(exec::cpp, times, batch(together, times.size()), o);
    std::vector<double> alone = together;
    s.generate_from(exec::cpp, times, batch(together, times.size()), o);
    for (std::size_t i = 0; i < times.size(); ++i, ++o.first_sample)
        s.generate_from(exec::cpp, times[i], batch(alone.data() + i * D, D, 1), o);
    CHECK(differences(together, alone) == 0);
    CHECK(differences(std::vector(together.begin() + D, together.begin() + 2 * D),
                      std::vector(together.begin() + 2 * D, together.begin() + 3 * D)) == D);
}

}  // namespace

TEST_CASE_TEMPLATE("samples at times of their own are each as if alone", Noise, noise::philox,
                   noise::brownian) {
    for (const conformance::entry& e : conformance::solvers()) {
        CAPTURE(e.name);
        conformance::visit(e, [](const auto& solver) { check_alone<Noise>(solver); });
    }
}
