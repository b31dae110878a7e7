// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Ways to the same run: from the prior or from its numbers, called by the library or driving it.
#include <diffgen/exec/policy.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/predictor_corrector.hpp>

#include "compare.hpp"
#include "mixture_as.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 12;

const auto network = testing::batched_predictor(epsilon{}, testing::three_in_2d);

}  // namespace

TEST_CASE("generate is generate_from at t_max of a prior drawn by hand: the same bits") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, network, solver::ancestral{}};
    const options o{.steps = 9, .seed = 31, .first_sample = 4};
    std::vector<double> x(2 * samples), y(2 * samples);
    s.generate(exec::cpp, batch(x, samples), o);
    const double sigma = s.process.level(1).sigma;
    for (std::size_t i = 0; i < y.size(); ++i)
        y[i] = sigma * noise::philox{31}.normal<double>(noise::stream::prior, 0, 2 * 4 + i);
    s.generate_from(exec::cpp, 1, batch(y, samples), o);
    CHECK(x == y);
}

TEST_CASE("add_noise is alpha x + sigma z of its own stream") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, network, solver::ancestral{}};
    std::vector<double> x(2 * samples), expected(2 * samples);
    const noise_level l = s.process.level(0.3);
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = 0.1 * static_cast<double>(i) - 1;
        expected[i] = l.alpha * x[i] + l.sigma * noise::philox{8}.normal<double>(
                                                     noise::stream::forward, 0, 2 * 3 + i);
    }
    s.add_noise(exec::cpp, 0.3, batch(x, samples), {.seed = 8, .first_sample = 3});
    CHECK(testing::largest_difference(x, expected) < 1e-15);
}

TEST_CASE("a run driven by its owner is generate: the same bits, and the same summary") {
    const auto check = [](auto s, auto call) {
        const options o{.steps = 7, .seed = 2};
        std::vector<double> x(2 * samples), y(2 * samples);
        const run_summary whole = s.generate(exec::cpp, batch(x, samples), o);
        auto run = s.start(exec::cpp, batch(y, samples), o);
        int evaluations = 0;
        for (; run; run.advance(), ++evaluations)
            call(run);
        CHECK(x == y);
        CHECK(run.summary().evaluations == whole.evaluations);
        CHECK(evaluations == whole.evaluations);
        CHECK(run.summary().steps == 7);
        CHECK(run.summary().finished);
    };
    const auto plain = [](auto& run) { network.net(run.input(), run.output(), run.level()); };
    const schedule::linear_beta schedule{};
    const kernel::variance_preserving kernel{};
    check(sampler{schedule, kernel, network, solver::ancestral{}}, plain);
    check(sampler{schedule, kernel, network, solver::churn<>{.amount = 2}}, plain);
    check(
        sampler{schedule, kernel, network,
                solver::predictor_corrector(solver::ancestral{}, solver::langevin_corrector{}, 2)},
        plain);
    check(sampler{schedule, kernel, clipped{network, -1.5, 1.5}, solver::ancestral{}}, plain);
    // a scaled input, as EDM's networks see it
    const auto edm = testing::batched_predictor(edm_preconditioned{}, testing::three_in_2d);
    check(sampler{schedule, kernel, edm, solver::churn<>{.amount = 2}},
          [&](auto& run) { edm.net(run.input(), run.output(), run.level()); });
}

TEST_CASE("evaluations are counted as each solver says") {
    const auto count = [](const auto& solver) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, network, solver};
        std::vector<double> x(2);
        return s.generate(exec::cpp, batch(x, 1), {.steps = 10}).evaluations;
    };
    CHECK(count(solver::ancestral{}) == 10);
    CHECK(count(solver::heun{}) == 19);  // one on the step to the clean end
    CHECK(count(solver::churn<>{}) == 19);
    CHECK(count(solver::predictor_corrector(solver::ancestral{}, solver::langevin{}, 2)) == 28);
    CHECK(count(solver::annealed_langevin{.steps = 5}) == 51);
}

TEST_CASE("guidance of weight 1 is the conditional network, 0 the unconditional") {
    const gaussian_mixture<2, 1> with{{1}, {{{1, 2}}}, {{{0.1, 0.2}}}};
    const gaussian_mixture<2, 1> without{{1}, {{{-1, 0}}}, {{{1, 1}}}};
    const auto c = testing::batched_predictor(epsilon{}, with);
    const auto u = testing::batched_predictor(epsilon{}, without);
    const auto both = [&]<class T>(batch_view<const T> in, batch_view<T> out, const noise_level& l,
                                   guidance_rows rows) {
        const std::size_t n = rows.conditioned;
        c.net(batch_view<const T>(in.data, n, 2), batch_view<T>(out.data, n, 2), l);
        u.net(batch_view<const T>(in.sample(n), n, 2), batch_view<T>(out.sample(n), n, 2), l);
    };
    const auto sample = [](auto predictor) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, predictor,
                  solver::ancestral{}};
        std::vector<double> x(2 * samples);
        s.generate(exec::cpp, batch(x, samples), {.steps = 6, .seed = 1});
        return x;
    };
    const auto guide = [&](double w) {
        return sample(guided{predicts(epsilon{}, both), classifier_free{w}});
    };
    CHECK(testing::largest_difference(guide(1), sample(c)) < 1e-12);
    CHECK(guide(0) == sample(u));
    // u + 2 (c - u), written into one network
    const auto merged = [&]<class T>(batch_view<const T> in, batch_view<T> out,
                                     const noise_level& l) {
        std::vector<T> other(out.size());
        c.net(in, out, l);
        u.net(in, batch_view<T>(other.data(), out.samples, 2), l);
        for (std::size_t i = 0; i < out.size(); ++i)
            out.data[i] = other[i] + 2 * (out.data[i] - other[i]);
    };
    CHECK(testing::largest_difference(guide(2), sample(predicts(epsilon{}, merged))) < 1e-12);
}
