// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Bounds for each element of a sample: element e has the bits that it has where all elements have
// its bounds.

#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/thresholded.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ddim.hpp>

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

const testing::one_branch<1> normal{{{0.4}}, 0};
constexpr std::size_t samples = 301, elements = 5;  // more than a tile
const std::vector<double> low{-1, -0.2, -9, 0, 0.3}, high{1, 0.2, 9, 0.1, 2};

struct of_samples {
    template <class V, class S>
    DIFFGEN_VALUE std::array<V, 5> operator()(std::array<V, 5> x, const level_of<S>& l) const {
        for (V& e : x)
            e = normal(e, l);
        return x;
    }
};
const auto network = [](auto in, auto out, const noise_level& l) {
    using T = typename decltype(in)::value_type;
    for (std::size_t i = 0; i < in.size(); ++i)
        out.data[i] = normal(in.data[i], cast_level<T>(l));
};

template <class T, class Predictor, class Exec = decltype(exec::cpp)>
std::vector<T> run(Predictor p, const Exec& e = exec::cpp) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, p, solver::ancestral{}};
    std::vector<T> x(samples * elements);
    s.generate(e, batch(x, samples), {.steps = 5, .seed = 4});
    return x;
}

template <class T, class Network>
void check_elements(const Network& net) {
    const auto p = predicts(epsilon{}, net);
    const std::vector<T> found = run<T>(clipped{p, low, high});
    for (const int tile : {4, 16, 256}) {  // a tile may begin at any element
        auto e = exec::omp;
        e.tile = tile;
        CHECK(run<T>(clipped{p, low, high}, e) == found);
    }
    const std::vector<float> l(low.begin(), low.end()), h(high.begin(), high.end());
    if (sizeof(T) == 4) CHECK(run<T>(clipped{p, l, h}) == found);
    for (std::size_t e = 0; e < elements; ++e) {
        CAPTURE(e);
        const std::vector<T> all = run<T>(clipped{p, low[e], high[e]});
        for (std::size_t i = e; i < all.size(); i += elements)
            CHECK(all[i] == found[i]);
    }
}

}  // namespace

TEST_CASE_TEMPLATE("bounds for each element, in one pass and stage by stage", T, float, double) {
    check_elements<T>(pointwise(normal));
    check_elements<T>(samplewise<5>(of_samples{}));
    check_elements<T>(network);
}

TEST_CASE("bounds for each element, inside and around other hooks") {
    const std::vector<double> same_low(elements, -0.6), same_high(elements, 0.7);
    const auto check = [&](auto net) {
        const auto p = predicts(epsilon{}, net);
        const auto scalar = [&](auto inner) { return clipped{inner, -0.6, 0.7}; };
        const auto spans = [&](auto inner) { return clipped{inner, same_low, same_high}; };
        CHECK(run<double>(thresholded{spans(p), 0.6, 0.65}) ==
              run<double>(thresholded{scalar(p), 0.6, 0.65}));
        CHECK(run<double>(spans(thresholded{p, 0.6, 1.2})) ==
              run<double>(scalar(thresholded{p, 0.6, 1.2})));
        CHECK(run<double>(clipped{spans(p), -0.5, 0.5}) == run<double>(clipped{p, -0.5, 0.5}));
        CHECK(run<double>(clipped{spans(p), low, high}) ==
              run<double>(clipped{scalar(p), low, high}));
    };
    check(network);
    check(samplewise<5>(of_samples{}));
}

TEST_CASE("the last estimate is within the limits of its joint") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              clipped{predicts(epsilon{}, network), low, high}, solver::ddim{}};
    std::vector<double> x(samples * elements);
    s.generate(exec::cpp, batch(x, samples), {.steps = 5, .seed = 4});
    for (std::size_t i = 0; i < x.size(); ++i) {
        CHECK(x[i] >= low[i % elements]);
        CHECK(x[i] <= high[i % elements]);
    }
}

TEST_CASE("bounds that do not fit are refused before anything is written") {
    std::vector<double> x(samples * elements, 7);
    const auto sampled = [&](const std::vector<double>& l, const std::vector<double>& h) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                  clipped{predicts(epsilon{}, network), l, h}, solver::ancestral{}};
        s.generate(exec::cpp, batch(x, samples), {.steps = 5});
    };
    check_refused<bad_shape>(
        [&] {
            sampled({-1, -1}, high);
        },
        {"diffgen: clipping by 2 lower and 5 upper bounds", "5 elements"});
    std::vector<double> crossed = low;
    crossed[3] = 0.1;
    check_refused<bad_argument>([&] { sampled(crossed, high); },
                                {"diffgen: clipping element 3 to [0.1, 0.1]"});
    CHECK(std::all_of(x.begin(), x.end(), [](double v) { return v == 7; }));
}
