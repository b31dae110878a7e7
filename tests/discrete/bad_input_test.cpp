// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Errors of discrete diffusion: of the right type, with the values, before anything is written.

#include <diffgen/discrete/betas.hpp>
#include <diffgen/discrete/finite_chain.hpp>
#include <diffgen/discrete/flow.hpp>
#include <diffgen/discrete/hidden_markov.hpp>
#include <diffgen/discrete/sampler.hpp>
#include <diffgen/discrete/score_entropy.hpp>
#include <diffgen/exec/policy.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace {

namespace discrete = diffgen::discrete;
using diffgen::bad_argument;
using diffgen::bad_shape;
using diffgen::batch;

const auto even = [](const auto&, const auto& answers, const discrete::moment&) {
    std::fill(answers.begin(), answers.end(), 0.f);
};

template <class Order = discrete::ancestral>
auto make(discrete::absorbing c = {4, 3}, discrete::log_linear s = {}, Order order = {}) {
    return discrete::sampler{c, s, discrete::predicts(discrete::clean{}, even), order};
}

/// The text of what f throws, which is an E; the state x is as it was.
template <class E, class F>
std::string text(const F& f) {
    try {
        f();
    } catch (const E& e) {
        CHECK(std::string(e.what()).starts_with("diffgen: "));
        return e.what();
    }
    return "";
}

bool has(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("constants of the parts") {
    CHECK(has(text<bad_argument>([] { make({4, 4}); }), "mask 4"));
    CHECK(has(text<bad_argument>([] { make({4, 3}, {1.5}); }), "1.5"));
    CHECK(has(text<bad_argument>([] {
                  make({4, 3}, {}, discrete::remasking{2, 0.1});
              }),
              "share 2"));
    CHECK(has(text<bad_argument>([] { make({4, 3}, {}, discrete::raster{-1}); }), "-1"));
    CHECK(has(text<bad_argument>([] {
                  make({4, 3}, {}, discrete::by_confidence{discrete::confidence::drawn, -2});
              }),
              "temperature -2"));
    CHECK(has(text<bad_argument>([] { discrete::geometric{2, 1}.check(); }), "from 2 to 1"));
    CHECK(has(text<bad_argument>([] { discrete::uniform{1}.check(); }), "1 states"));
}
TEST_CASE("options and states of a run, before anything is written") {
    auto s = make();
    std::vector<int> x{0, 1, 7, 2};
    const auto before = x;
    const auto run = [&](const discrete::options& o) {
        return text<bad_argument>([&] { s.generate(diffgen::exec::cpp, batch(x, 2), o); });
    };
    CHECK(has(run({.steps = 0}), "0 steps"));
    CHECK(has(run({.times = {0.5, 0}}), "from 0.5"));
    CHECK(has(run({.times = {1, 0.2, 0.3, 0}}), "time 2 is 0.3"));
    CHECK(has(text<bad_argument>([&] { s.generate_from(diffgen::exec::cpp, 1, batch(x, 2)); }),
              "element 0 of sample 1 is 7"));
    CHECK(
        has(text<bad_argument>([&] { s.add_noise(diffgen::exec::cpp, 1, batch(x, 2)); }), "is 7"));
    std::vector<float> halves{0.5f, 1};
    CHECK(has(text<bad_argument>([&] { s.generate_from(diffgen::exec::cpp, 1, batch(halves, 1)); }),
              "is 0.5"));
    CHECK(has(text<bad_argument>([&] { s.generate_from(diffgen::exec::cpp, 1.5, batch(x, 2)); }),
              "7"));
    std::vector<std::int8_t> small(4);
    auto many = make({200, 199});
    CHECK(has(text<bad_argument>([&] { many.generate(diffgen::exec::cpp, batch(small, 2)); }),
              "200 states"));
    CHECK(x == before);
}
TEST_CASE("steps that need a finite noise") {
    std::vector<int> x(4, 9);
    auto s = make({4, 3}, {0}, discrete::tau_leaping{});
    CHECK(has(text<bad_argument>([&] { s.generate(diffgen::exec::cpp, batch(x, 2)); }),
              "tau_leaping"));
    CHECK(x == std::vector<int>(4, 9));
    discrete::sampler by_score{discrete::absorbing{4, 3}, discrete::log_linear{0},
                               discrete::predicts(discrete::concrete_score{}, even)};
    CHECK(has(text<bad_argument>([&] { by_score.generate(diffgen::exec::cpp, batch(x, 2)); }),
              "concrete_score from a total noise of inf"));
    CHECK(x == std::vector<int>(4, 9));
    s.schedule.least = 1e-3;
    s.generate(diffgen::exec::cpp, batch(x, 2));
    CHECK(*std::max_element(x.begin(), x.end()) < 3);
}
TEST_CASE("answers that are no distribution name step, sample and element") {
    for (const float wrong :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        const auto net = [wrong](const auto& x, const auto& answers, const discrete::moment& now) {
            std::fill(answers.begin(), answers.end(), 0.f);
            // element 1 of the second sample, from the third step on
            if (now.t < 0.6) answers.sample(1)[answers.elements / x.elements + 2] = wrong;
        };
        discrete::sampler s{discrete::uniform{3}, discrete::linear{0, 5},
                            discrete::predicts(discrete::clean{}, net)};
        std::vector<float> x(6);
        try {
            s.generate(diffgen::exec::omp, batch(x, 3), {.steps = 4, .first_sample = 10});
            CHECK(false);
        } catch (const diffgen::non_finite& e) {
            CHECK(e.step() == 2);
            CHECK(e.sample() == 11);
            CHECK(e.time() == doctest::Approx(0.5));
            CHECK(has(e.what(), "element 1 of sample 11"));
        }
    }
}
TEST_CASE("the formulas of one element") {
    CHECK(has(text<bad_argument>([] { static_cast<void>(discrete::linear_betas(5, 0, 1)); }),
              "from 0"));
    CHECK(has(text<bad_argument>([] { static_cast<void>(discrete::cosine_betas(0)); }), "0 betas"));
    const discrete::finite_chain chain(discrete::absorbing{3, 2}, discrete::cosine_betas(4));
    CHECK(has(text<bad_argument>([&] { static_cast<void>(chain.transition(0)); }), "step 0"));
    CHECK(has(text<bad_argument>([&] { static_cast<void>(chain.posterior(2, 1, 0)); }), "level 1"));
    CHECK(has(text<bad_argument>([&] { static_cast<void>(chain.posterior(2, 1, 3)); }), "level 3"));
    const std::vector<double> score(3);
    CHECK(has(text<bad_shape>([&] {
                  static_cast<void>(discrete::score_entropy(discrete::uniform{4}, score, 0, 0, 1));
              }),
              "3 levels for 4"));
    CHECK(has(text<bad_shape>([&] {
                  static_cast<void>(discrete::flow_rates(discrete::power_path{}, 0.5, 3, 0, 1, 1));
              }),
              "source of 0"));
    CHECK(has(text<bad_argument>([] {
                  discrete::square_matrix r(2);
                  r(0, 1) = 1;
                  const discrete::rate_matrix wrong(r);
              }),
              "level 0 sum to 1"));
    CHECK(has(text<bad_argument>([] {
                  const discrete::rate_matrix none{discrete::square_matrix(2)};
                  static_cast<void>(stationary(none));
              }),
              "different distributions"));
    CHECK(has(text<bad_argument>([] {
                  const discrete::hidden_markov wrong({0.5, 0.4}, {1, 0, 0, 1}, {1, 0, 0, 1});
              }),
              "row 0 of the initial"));
    const discrete::hidden_markov stays({1, 0}, {1, 0, 0, 1}, {1, 0, 0, 1});
    CHECK(has(text<bad_argument>([&] {
                  const std::vector<int> x{0, 1};
                  static_cast<void>(stays.log_probability(x));
              }),
              "position 1"));
    CHECK(has(text<bad_argument>([] {
                  const discrete::discrete_time s{{0.1, 0.2, 0.3}};
                  static_cast<void>(s.kept(0.5));
              }),
              "t = 0.5"));
    const std::vector<double> nothing(3);
    CHECK(has(text<diffgen::non_finite>(
                  [&] { static_cast<void>(discrete::first_reaching(nothing, 0.5)); }),
              "sum to 0"));
}
