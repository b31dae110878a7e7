// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A weight of guidance for every sample: row i has the bits that it has where all samples have its
// weight, however the batch is run.

#include <diffgen/guidance/by_sample.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/guidance/thresholded.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/predictor_corrector.hpp>

#include "branch_means.hpp"
#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

using namespace diffgen;

namespace {

const testing::branch_means<2> two{{-0.7, 1.3}};
constexpr std::size_t samples = 9, elements = 5;
const std::vector<double> weights{0, 1, 0.5, 2, 7.5, -1, 3, 1, 4};

/// The five elements of a sample, each as any other.
struct of_samples {
    template <class V, class S>
    DIFFGEN_VALUE std::array<V, 5> operator()(std::array<V, 5> x, const level_of<S>& l,
                                              guidance_branch branch) const {
        for (V& e : x)
            e = two(e, l, branch);
        return x;
    }
};

/// generate(predictor, x) with the weights, against each weight for all samples.
template <class T, class Network, class Wrap, class Generate>
void check_rows(const Network& network, const Wrap& wrap, const Generate& generate) {
    const auto filled = [&](const auto& rule) {
        std::vector<T> x(samples * elements, T(0.2));
        generate(wrap(guided{predicts(epsilon{}, network), rule}), x);
        return x;
    };
    const std::vector<float> in_floats(weights.begin(), weights.end());
    const std::vector<T> found = filled(classifier_free_by_sample{weights});
    CHECK(filled(classifier_free_by_sample{in_floats}) == found);
    for (std::size_t i = 0; i < samples; ++i) {
        CAPTURE(i);
        const std::vector<T> all = filled(classifier_free{weights[i]});
        const auto begin = static_cast<std::ptrdiff_t>(i * elements);
        CHECK(
            std::equal(all.begin() + begin, all.begin() + begin + elements, found.begin() + begin));
    }
}

const auto as_it_is = [](auto p) { return p; };

/// A run by any policy, with any solver.
template <class Exec, class Solver = solver::ancestral>
auto by(const Exec& e, const Solver& solver = {}) {
    return [=](auto p, auto& x) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, p, solver};
        s.generate(e, batch(x, samples), {.steps = 4, .seed = 4});
    };
}

}  // namespace

TEST_CASE_TEMPLATE("a weight for every sample, in one pass and stage by stage", T, float, double) {
    check_rows<T>(pointwise(two), as_it_is, by(exec::cpp));
    check_rows<T>(samplewise<5>(of_samples{}), as_it_is, by(exec::cpp));
    check_rows<T>(two, as_it_is, by(exec::cpp));
    for (const int tile : {4, 16, 256}) {
        auto e = exec::omp;
        e.tile = tile;
        check_rows<T>(two, as_it_is, by(e));
    }
}

TEST_CASE("a weight for every sample, in more tiles than one") {
    constexpr std::size_t many = 501;
    std::vector<double> alternate(many);
    for (std::size_t i = 0; i < many; ++i)
        alternate[i] = i % 2 == 0 ? 0.5 : 3;
    const auto filled = [&](const auto& rule) {
        std::vector<double> x(many * elements);
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                  guided{predicts(epsilon{}, pointwise(two)), rule}, solver::ancestral{}};
        s.generate(exec::cpp, batch(x, many), {.steps = 4, .seed = 4});
        return x;
    };
    const auto found = filled(classifier_free_by_sample{alternate});
    const std::vector<double> of_weight[] = {filled(classifier_free{0.5}),
                                             filled(classifier_free{3})};
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(found[i] == of_weight[i / elements % 2][i]);
}

TEST_CASE("a weight for every sample, under hooks and tuners that see whole samples") {
    const auto thresholding = [](auto p) { return thresholded{p, 0.6, 1.2}; };
    check_rows<double>(two, thresholding, by(exec::cpp));
    check_rows<double>(samplewise<5>(of_samples{}), thresholding, by(exec::cpp));
    const solver::predictor_corrector tuned{solver::ancestral{}, solver::langevin_corrector{}};
    check_rows<double>(two, as_it_is, by(exec::cpp, tuned));
    check_rows<double>(samplewise<5>(of_samples{}), as_it_is, by(exec::cpp, tuned));
}

TEST_CASE("a weight for every sample, where samples have times of their own") {
    const std::vector<double> times{0.9, 0.5, 0.9, 0.4, 0.3, 0.9, 0.6, 0.5, 0.4};
    check_rows<double>(two, as_it_is, [&](auto p, auto& x) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, p, solver::ancestral{}};
        s.generate_from(exec::cpp, times, batch(x, samples), {.steps = 4, .seed = 4});
    });
}

TEST_CASE("weights that change between two evaluations: the next one sees the change") {
    std::vector<double> w(samples, 1.5), x(samples * elements), y = x;
    const auto driven = [&](auto rule, auto& state, const auto& before) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                  guided{predicts(epsilon{}, two), rule}, solver::ancestral{}};
        int k = 0;
        for (auto run = s.start(exec::cpp, batch(state, samples), {.steps = 5, .seed = 4}); run;
             run.advance()) {
            before(k++, s);
            s.predictor.call(run.input(), run.output(), run.level());
        }
    };
    driven(classifier_free_by_sample{w}, x, [&](int k, auto&) {
        if (k == 3) std::fill(w.begin(), w.end(), 0.25);
    });
    driven(classifier_free{1.5}, y, [](int k, auto& s) {
        if (k == 3) s.predictor.rule.w = 0.25;
    });
    CHECK(x == y);
}

TEST_CASE("weights that do not fit the batch are refused before anything is written") {
    const auto sampled = [](const std::vector<double>& w, std::vector<double>& x) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                  guided{predicts(epsilon{}, two), classifier_free_by_sample{w}},
                  solver::ancestral{}};
        s.generate(exec::cpp, batch(x, samples), {.steps = 4});
    };
    std::vector<double> x(samples * elements, 7);
    check_refused<bad_shape>(
        [&] {
            sampled({1, 2}, x);
        },
        {"diffgen: 2 weights of guidance", "9 samples"});
    std::vector<double> bad = weights;
    bad[6] = INFINITY;
    check_refused<bad_argument>([&] { sampled(bad, x); }, {"diffgen: ", "inf", "sample 6"});
    CHECK(std::all_of(x.begin(), x.end(), [](double v) { return v == 7; }));
}
