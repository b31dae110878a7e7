// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Error control of every sample by itself, against the exact probability flow of a mixture.

#include <diffgen/grid/explicit.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/adaptive.hpp>

#include "check_refused.hpp"
#include "follows_tolerance.hpp"
#include "quantile_flow.hpp"
#include "same_bits.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

using namespace diffgen;

TEST_CASE("the error of an embedded pair follows its tolerance") {
    testing::check_follows_on_kernels<solver::adaptive_heun>(2);
    testing::check_follows_on_kernels<solver::adaptive_bogacki_shampine>(3);
    testing::check_follows_on_kernels<solver::adaptive_dormand_prince>(5);
    testing::check_follows_on_kernels<
        solver::adaptive_runge_kutta<solver::tableau::dormand_prince, solver::in_time>>(5);
    testing::check_follows_on_kernels<
        solver::adaptive_runge_kutta<solver::tableau::dormand_prince, solver::in_sigma>>(5);
}

TEST_CASE("a sample under control does not see the others") {
    using solver::adaptive_bogacki_shampine;
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::samplewise_predictor(epsilon{}, testing::two_humps),
              adaptive_bogacki_shampine{.within = {1e-4, 1e-4}}};
    const std::vector<double> start{-2.1, -0.3, 0.05, 0.4, 1.9};
    std::vector<double> together = start, alone = start;
    const run_summary done = s.generate_from(exec::cpp, 1, batch(together, 5), {.steps = 10});
    CHECK(done.finished);
    int most = 0;
    for (std::size_t i = 0; i < alone.size(); ++i)
        most = std::max(
            most, s.generate_from(exec::cpp, 1, batch(&alone[i], 1, 1), {.steps = 10}).evaluations);
    CHECK(testing::same_bits(together, alone));
    CHECK(done.evaluations == most);
}

TEST_CASE("of the grid the ends count alone: the same bits whatever lies between") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::samplewise_predictor(epsilon{}, testing::two_humps),
              solver::adaptive_bogacki_shampine{}};
    const std::vector<double> start{-2.1, 0.05, 1.9};
    const auto from = [&](double t, const options& o) {
        std::vector<double> x = start;
        CHECK(s.generate_from(exec::cpp, t, batch(x, x.size()), o).finished);
        return x;
    };
    const std::vector<double> clean = from(1, {.steps = 1, .grid = grid::uniform{}});
    for (const int n : {1, 2, 5, 100}) {
        CAPTURE(n);
        CHECK(testing::same_bits(from(1, {.steps = n, .grid = grid::uniform{}}), clean));
        CHECK(testing::same_bits(from(1, {.steps = n, .grid = grid::log_snr{}}), clean));
        CHECK(testing::same_bits(from(1, {.steps = n, .grid = grid::karras{}}), clean));
    }
    const std::vector<double> noisy = from(0.9, {.grid = grid::times{{0.9, 0.05}}});
    CHECK(testing::same_bits(from(0.9, {.grid = grid::times{{0.9, 0.89, 0.88, 0.05}}}), noisy));
    CHECK(
        testing::same_bits(from(0.9, {.steps = 7, .grid = grid::uniform{.stop_at = 0.05}}), noisy));
}

TEST_CASE("steps that are too long are refused, and cost no accuracy") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::batched_predictor(epsilon{}, testing::two_humps),
              solver::adaptive_dormand_prince{.within = {1e-8, 1e-8},
                                              .control = {.safety = 0.99, .least = 0.5}}};
    const noise_level first = s.process.level(0.9), last = s.process.level(0.05);
    std::vector<double> x{0.7};
    const double expected = testing::flow_map(first, last, x[0]);
    auto run = s.start_from(exec::cpp, 0.9, batch(x, 1), {.grid = grid::times{{0.9, 0.05}}});
    for (; run; run.advance())
        s.predictor.call(run.input(), run.output(), run.levels());
    CHECK(run.refused(0) >= 1);
    CHECK(run.steps(0) > run.refused(0));
    CHECK(std::abs(x[0] - expected) < 1e-7);
}

TEST_CASE("no step is longer than the controller lets it be") {
    using solver::adaptive_dormand_prince;
    const auto evaluations = [](double longest) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                  testing::samplewise_predictor(epsilon{}, testing::two_humps),
                  adaptive_dormand_prince{.within = {0.1, 0.1}, .control = {.longest = longest}}};
        std::vector<double> x{0.4};
        return s.generate_from(exec::cpp, 1, batch(x, 1), {}).evaluations;
    };
    // a quarter of a turn, less the angles of both ends, which are below 0.02
    CHECK(evaluations(0.1) == 1 + 6 * 16);
    CHECK(evaluations(0.2) == 1 + 6 * 8);
    CHECK(evaluations(2) < 1 + 6 * 8);
}

namespace {

/// The data N(0.1, deviation^2), and the least sigma / alpha at which they were evaluated.
struct watched_data {
    double deviation = 0;
    double* least;

    void operator()(auto in, auto out, std::span<const noise_level> levels) const {
        for (std::size_t i = 0; i < in.samples; ++i) {
            const noise_level& l = levels[i];
            const double a = l.alpha * deviation, v = a * a + l.sigma * l.sigma;
            *least = std::min(*least, l.sigma_over_alpha());
            for (std::size_t j = 0; j < in.elements; ++j) {
                const std::size_t k = i * in.elements + j;
                out.data[k] = 0.1 + a * deviation / v * (in.data[k] - l.alpha * 0.1);
            }
        }
    }
};

struct at_end {
    double error, least;
};
template <class Solver>
at_end end_of(const Solver& solver, double deviation) {
    at_end out{0, 1e300};
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              predicts(denoised{}, watched_data{deviation, &out.least}), solver};
    const noise_level first = s.process.level(1);
    std::vector<double> x{1.1};
    const double z = (x[0] - 0.1 * first.alpha) / std::hypot(first.alpha * deviation, first.sigma);
    s.generate_from(exec::cpp, 1, batch(x, 1), {});
    out.error = std::abs(x[0] - (0.1 + deviation * z));
    return out;
}

}  // namespace

TEST_CASE("the step to the clean end is judged: less noise where its error asks for it") {
    using solver::adaptive_dormand_prince;
    using solver::adaptive_heun;
    const double t_min = process(schedule::linear_beta{}, kernel::variance_preserving{})
                             .level(1e-3)
                             .sigma_over_alpha();
    // from t_min it moves a sample of these data by about t_min^2 / 2 of its distance to the mean
    for (const double tolerance : {1e-3, 1e-4, 1e-5, 1e-7}) {
        CAPTURE(tolerance);
        const solver::tolerance w{tolerance, tolerance};
        const at_end fine = end_of(adaptive_dormand_prince{.within = w}, 0.5);
        CHECK(fine.error < 3 * tolerance);
        CHECK((fine.least < t_min * 0.99) == (tolerance < 3e-5));
    }
    const at_end by_heun = end_of(adaptive_heun{.within = {1e-5, 1e-5}}, 0.5);
    CHECK(by_heun.error < 3e-5);
    CHECK(by_heun.least < t_min * 0.99);
    // where the data are one point, it is exact, though it is far longer than the tolerance
    const at_end point = end_of(adaptive_dormand_prince{.within = {1e-7, 1e-7}}, 0);
    CHECK(point.error < 1e-7);
    CHECK(point.least > t_min * 0.99);
}

TEST_CASE("a tolerance that cannot be met, and one without sense, are refused") {
    const auto with = [](solver::tolerance t, solver::step_controller c = {}) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                  testing::batched_predictor(epsilon{}, testing::two_humps),
                  solver::adaptive_dormand_prince{.within = t, .control = c}};
        std::vector<float> x{0.4f};
        s.generate_from(exec::cpp, 0.6, batch(x, 1), {.steps = 4});
    };
    check_refused<bad_argument>([&] { with({1e-30, 0}); }, {"the tolerance asks for steps of"});
    check_refused<bad_argument>([&] { with({-1, 0}); }, {"-1 absolute"});
    check_refused<bad_argument>([&] { with({0, 0}); }, {"not both 0"});
    check_refused<bad_argument>([&] { with({}, {.safety = 1.5}); }, {"safety = 1.5"});
    check_refused<bad_argument>([&] { with({}, {.integral = 0}); }, {"I = 0"});
    check_refused<bad_argument>([&] { with({}, {.longest = 0}); }, {"longest = 0"});
}
