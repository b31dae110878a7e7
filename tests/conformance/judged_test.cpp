// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// What a run of a solver that judges its steps promises: any number of steps, the same bits on
// every back end, for every tile and split of the batch, each sample as if alone, whatever its
// time.

#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/brownian.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include "bits_equal.hpp"
#include "judged_solvers.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t D = 5;
/// Together, apart, from nearly all the noise there is, and from almost none.
const std::vector<double> times{0.98, 0.5, 0.5, 0.73, 0.05};
const std::size_t samples = times.size();

template <class Solver>
auto sampler_of(const Solver& solver) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   exact(testing::two_in_5d), solver, noise::brownian{}};
}

template <class Sampler>
std::vector<double> noised(const Sampler& s, const options& o) {
    std::vector<double> x(samples * D);
    s.add_noise(exec::cpp, times, batch(x, samples), o);
    return x;
}

template <class Exec, class Sampler>
std::vector<double> sampled(const Exec& e, Sampler s, const options& o) {
    std::vector<double> x = noised(s, o);
    const run_summary done = s.generate_from(e, times, batch(x, samples), o);
    CHECK(done.finished);
    return x;
}

}  // namespace

TEST_CASE("judged solvers: any number of steps") {
    conformance::for_each_judged([](const char* name, const auto& solver) {
        CAPTURE(name);
        for (const int n : {1, 2, 9}) {
            CAPTURE(n);
            const auto x = sampled(exec::cpp, sampler_of(solver), {.steps = n, .seed = 3});
            CHECK(std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); }));
        }
    });
}

TEST_CASE("judged solvers: each sample as if alone, on every back end, with any tile") {
    conformance::for_each_judged([](const char* name, const auto& solver) {
        CAPTURE(name);
        auto s = sampler_of(solver);
        options o{.steps = 5, .seed = 5, .first_sample = 3};
        const std::vector<double> together = sampled(exec::cpp, s, o);
        CHECK(differences(sampled(exec::omp, s, o), together) == 0);
        CHECK(differences(sampled(exec::tbb, s, o), together) == 0);
        auto small = exec::cpp;
        small.tile = 4;
        CHECK(differences(sampled(small, s, o), together) == 0);
        std::vector<double> alone = noised(s, o);
        for (std::size_t i = 0; i < samples; ++i, ++o.first_sample)
            s.generate_from(exec::cpp, times[i], batch(alone.data() + i * D, D, 1), o);
        CHECK(differences(alone, together) == 0);
    });
}

TEST_CASE("judged solvers: an observer sees every step that all have done, and can end the run") {
    conformance::for_each_judged([](const char* name, const auto& solver) {
        CAPTURE(name);
        auto s = sampler_of(solver);
        int seen = 0;
        options o{.steps = 5};
        o.observe.on_step = [&seen](const observation& at) {
            CHECK(at.step > seen);
            seen = at.step;
            return at.step < 2;
        };
        std::vector<double> x = noised(s, o);
        const run_summary done = s.generate_from(exec::cpp, times, batch(x, samples), o);
        CHECK(seen == 2);
        CHECK_FALSE(done.finished);
    });
}
