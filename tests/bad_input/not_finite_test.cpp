// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// NaN and infinity that arise in a run: reported with the step and the first sample, the same for
// every back end, for the whole run in one pass and step by step.

#include <diffgen/diffgen.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 700, elements = 3;  // several tiles
constexpr float mark = 100;                         // samples that start above go wrong
constexpr float mild = 0.5f;

using policies = std::tuple<exec::cpp_policy
#if DIFFGEN_HAS_OMP
                            ,
                            exec::omp_policy
#endif
#if DIFFGEN_HAS_TBB
                            ,
                            exec::tbb_policy
#endif
                            >;

/// Predicts its input, so that a state under ddim and alpha = 1 stays what it is; from time `from`
/// down, `bad` in place of what exceeds the mark.
struct goes_wrong {
    float from, bad;

    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V& x, const level_of<S>& l) const {
        const V wrong = broadcast<V>(static_cast<S>(bad));
        return l.t > static_cast<S>(from) ? x : select(x > broadcast<V>(S(mark)), wrong, x);
    }
    template <class V, class S, std::size_t D>
    DIFFGEN_VALUE std::array<V, D> operator()(std::array<V, D> x, const level_of<S>& l) const {
        for (std::size_t d = 0; d < D; ++d)
            x[d] = (*this)(x[d], l);
        return x;
    }
};
/// The same as a batched network.
struct network_goes_wrong {
    goes_wrong f;
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& l) const {
        std::transform(in.begin(), in.end(), out.begin(),
                       [&](float v) { return f(v, cast_level<float>(l)); });
    }
};

/// Steps end at sigma = 5, 4, 3, 2, 1, 0: step k evaluates at 6 - k.
const options six_steps{.first_sample = 1000, .grid = grid::sigmas({6, 5, 4, 3, 2, 1, 0})};

std::vector<float> marked(std::initializer_list<std::size_t> which) {
    std::vector<float> x(samples * elements, mild);
    for (const std::size_t i : which)
        x[i * elements + 1] = 2 * mark;
    return x;
}
template <class Net>
auto sampler_of(Net net) {
    return sampler{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, net),
                   solver::ddim{}};
}

/// Both forms of a run, with the same report.
template <class Exec, class Net>
void check_reported(const Exec& e, const Net& net, std::vector<float> start,
                    std::initializer_list<std::string_view> parts) {
    auto s = sampler_of(net);
    options stepwise = six_steps;
    stepwise.observe.on_step = [](const observation&) { return true; };
    auto x = start;
    check_refused<non_finite>([&] { s.generate_from(e, 6, batch(x, samples), six_steps); }, parts);
    x = start;
    check_refused<non_finite>([&] { s.generate_from(e, 6, batch(x, samples), stepwise); }, parts);
    // and all is well without the marked samples
    x.assign(x.size(), mild);
    CHECK(s.generate_from(e, 6, batch(x, samples), six_steps).finished);
    CHECK(x == std::vector<float>(x.size(), mild));
}

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("what a predictor makes of one sample in step k", Exec, from_predictor) {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    for (const float bad :
         {nan, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()})
        for (const int k : {0, 3, 5}) {
            const goes_wrong f{static_cast<float>(6 - k) + 0.5f, bad};
            const std::string step = "step " + std::to_string(k) + " of 6";
            const std::string time = "t = " + std::to_string(6 - k) + " ";
            const std::initializer_list<std::string_view> parts = {step, time, "sample 1321;"};
            const auto start = marked({690, 321, 322});
            check_reported(Exec{}, pointwise(f), start, parts);
            check_reported(Exec{}, samplewise<3>(f), start, parts);
            check_reported(Exec{}, network_goes_wrong{f}, start, parts);
        }
}
TEST_CASE_TEMPLATE_APPLY(from_predictor, policies);

TEST_CASE_TEMPLATE_DEFINE("a state that was given with NaN or infinity", Exec, from_state) {
    const goes_wrong good{0, 0};
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        auto start = marked({});
        start[500 * elements] = bad;
        start[42 * elements + 2] = bad;
        const auto parts = {std::string_view("step 0 of 6"), std::string_view("sample 1042;")};
        check_reported(Exec{}, pointwise(good), start, parts);
        check_reported(Exec{}, samplewise<3>(good), start, parts);
        check_reported(Exec{}, network_goes_wrong{good}, start, parts);
    }
}
TEST_CASE_TEMPLATE_APPLY(from_state, policies);

TEST_CASE_TEMPLATE_DEFINE("a state that overflows", Exec, overflow) {
    // D = 3e38 at sigma = 6: x_5 = D + 5/6 (x - D) is finite; with x = -3e38 the difference is not
    auto start = marked({});
    start[7 * elements] = -3e38f;
    const auto high = [](auto in, auto out, const noise_level&) {
        std::transform(in.begin(), in.end(), out.begin(), [](float v) { return -4 * v; });
    };
    auto s = sampler_of(high);
    check_refused<non_finite>([&] { s.generate_from(Exec{}, 6, batch(start, samples), six_steps); },
                              {"step 0 of 6", "sample 1007;"});
}
TEST_CASE_TEMPLATE_APPLY(overflow, policies);

TEST_CASE("clipping does not hide NaN") {
    const goes_wrong f{3.5, std::numeric_limits<float>::quiet_NaN()};
    auto s = sampler{schedule::edm{}, kernel::variance_exploding{},
                     clipped(predicts(denoised{}, pointwise(f)), -200, 200), solver::ddim{}};
    auto x = marked({5});
    check_refused<non_finite>([&] { s.generate_from(exec::cpp, 6, batch(x, samples), six_steps); },
                              {"step 3 of 6", "sample 1005;"});
}

TEST_CASE("a corrector that tunes itself does not hide NaN") {
    const goes_wrong f{100, std::numeric_limits<float>::quiet_NaN()};
    auto s = sampler{schedule::edm{}, kernel::variance_exploding{},
                     predicts(denoised{}, samplewise<3>(f)), solver::langevin_corrector{}};
    for (const bool stepwise : {false, true}) {
        auto x = marked({5});
        options o = six_steps;
        if (stepwise) o.observe.on_step = [](const observation&) { return true; };
        check_refused<non_finite>([&] { s.generate_from(exec::cpp, 6, batch(x, samples), o); },
                                  {"step 0 of 6", "sample 1005;"});
    }
}

TEST_CASE("the error holds step, stage, sample and time") {
    const goes_wrong f{3.5, std::numeric_limits<float>::quiet_NaN()};
    auto s = sampler_of(network_goes_wrong{f});
    auto x = marked({5});
    try {
        s.generate_from(exec::cpp, 6, batch(x, samples), six_steps);
        FAIL("NaN was let pass");
    } catch (const non_finite& found) {
        CHECK(found.step() == 3);
        CHECK(found.stage() == 0);
        CHECK(found.sample() == 1005);
        CHECK(std::fabs(found.time() - 3) < 1e-12);
    }
}

TEST_CASE("a run that its owner drives ends with the report") {
    auto s = sampler_of(network_goes_wrong{{3.5, std::numeric_limits<float>::infinity()}});
    auto x = marked({5});
    auto run = s.start_from(exec::cpp, 6, batch(x, samples), six_steps);
    check_refused<non_finite>(
        [&] {
            for (; run; run.advance())
                s.predictor.net(run.input(), run.output(), run.level());
        },
        {"step 3 of 6", "sample 1005;"});
    CHECK_FALSE(run);
}
