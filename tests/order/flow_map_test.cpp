// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Consistency functions and flow maps: with the exact map of a mixture in one dimension (its
// quantile map) a few steps are exact, or keep the marginals; and the boundary conditions.
#include <diffgen/core/consistency.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/solver/consistency.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/flow_map.hpp>

#include "check_refused.hpp"
#include "compare.hpp"
#include "quantile_flow.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

using namespace diffgen;

namespace {

constexpr double start = 0.8, stop = 0.15;

/// The average velocity over [target, t] of the linear interpolant's flow (Geng et al. 2025).
const auto average_velocity = [](auto in, auto out, const noise_level& l) {
    const process p(schedule::rectified{}, kernel::linear_interpolant{});
    const noise_level from = p.level(l.t), to = p.level(l.target_time);
    for (std::size_t i = 0; i < in.size(); ++i)
        out.data[i] =
            (in.data[i] - testing::flow_map(from, to, in.data[i])) / (l.t - l.target_time);
};

const std::vector<double> points{-1.7, -0.9, -0.2, 0.1, 0.6, 1.4};

}  // namespace

TEST_CASE("an average velocity: exact in any number of steps, and again upwards") {
    sampler s{schedule::rectified{}, kernel::linear_interpolant{},
              predicts(flow{}, average_velocity), solver::flow_map{}};
    const noise_level from = s.process.level(start), to = s.process.level(stop);
    for (const int n : {1, 2, 5}) {
        std::vector<double> x = points, expected;
        for (const double v : x)
            expected.push_back(testing::flow_map(from, to, v));
        s.generate_from(exec::cpp, start, batch(x, x.size()),
                        {.steps = n, .grid = grid::uniform{.stop_at = stop}});
        CHECK(testing::largest_difference(x, expected) < 1e-11);
    }
}

TEST_CASE("the network is told its target as it is told its time, also through a decorator") {
    const process p(schedule::linear_beta{}, kernel::variance_preserving{});
    std::vector<std::pair<double, double>> seen;
    const auto spy = [&](auto in, auto out, const noise_level& l) {
        seen.emplace_back(l.network_time, l.target_time);
        std::copy(in.data, in.data + in.size(), out.data);
    };
    std::vector<double> x{0.3};
    const auto targets = [&](auto solver) {
        seen.clear();
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                  clipped{predicts(velocity{}, spy, time_input::scaled{10})}, solver};
        s.generate(exec::cpp, batch(x, 1), {.steps = 2});
        return seen;
    };
    using list = std::vector<std::pair<double, double>>;
    CHECK(targets(solver::ddim{}) == list{{10, 10}, {5, 5}});  // where it is
    CHECK(targets(solver::flow_map{}) == list{{10, 5}, {5, 0}});
    CHECK(targets(solver::consistency{}) == list{{10, 0}, {5, 0}});
    CHECK(targets(solver::tcd{.gamma = 0.2}) == list{{10, 4}, {5, 0}});
    CHECK(targets(solver::tcd{.gamma = 1}) == list{{10, 0}, {5, 0}});
}

namespace {

/// The average velocity of standard normal data, as a functor inside the pass.
struct velocity_of_normal {
    template <class V, class S>
    DIFFGEN_VALUE V operator()(V x, level_of<S> l) const {
        const S t = l.network_time, r = l.target_time;
        const S a = fma(S(1) - r, S(1) - r, product(r, r)),
                b = fma(S(1) - t, S(1) - t, product(t, t));
        const S kept = sqrt(a) / sqrt(b);
        return product(broadcast<V>((S(1) - kept) / (t - r)), x);
    }
};

}  // namespace

TEST_CASE("a functor sees its target too, in one pass as stage by stage") {
    sampler s{schedule::rectified{}, kernel::linear_interpolant{},
              predicts(flow{}, pointwise(velocity_of_normal{})), solver::tcd{.gamma = 0.4}};
    std::vector<double> fused(40), stepwise(40);
    s.generate(exec::cpp, batch(fused, 40), {.steps = 3, .seed = 5});
    const auto watch = [](const observation&) { return true; };
    s.generate(exec::cpp, batch(stepwise, 40), {.steps = 3, .seed = 5, .observe = {watch}});
    CHECK(fused == stepwise);
    // all of the flow of standard normal data from t = 1 to 0 is the identity: one step keeps x
    sampler one{schedule::rectified{}, kernel::linear_interpolant{},
                predicts(flow{}, pointwise(velocity_of_normal{})), solver::flow_map{}};
    std::vector<double> x = points;
    one.generate_from(exec::cpp, 1, batch(x, x.size()), {.steps = 1});
    CHECK(testing::largest_difference(x, points) < 1e-15);
}

TEST_CASE("gamma from the flow map to the consistency function") {
    const process vp(schedule::linear_beta{}, kernel::variance_preserving{});
    const process_view p(vp);
    const auto levels = grid::uniform{}.levels(p, 3);
    const auto same = [&](const auto& a, const auto& b) {
        for (step s{p, levels, 0}; s.index < s.count(); ++s.index) {
            const stage f = a.plan(s, 0), g = b.plan(s, 0);
            CHECK(f.draws == g.draws);
            const linear_form &u = f.updates[0].form, &v = g.updates[0].form;
            CHECK(std::fabs(u.registers[0] - v.registers[0]) < 1e-14);
            CHECK(std::fabs(u.denoised - v.denoised) < 1e-14);
            CHECK(std::fabs(u.noise[0] - v.noise[0]) < 1e-14);
        }
    };
    same(solver::flow_map{}, solver::ddim{});
    same(solver::tcd{.gamma = 0}, solver::ddim{});
    same(solver::ctm{.gamma = 0}, solver::ddim{});
    same(solver::tcd{.gamma = 1}, solver::consistency{});
    same(solver::ctm{.gamma = 1}, solver::consistency{});
}

TEST_CASE("a consistency function ends where the flow does, and noise leads back to the marginal") {
    // f ends at sigma_min; one step is the flow map, further ones keep the marginal
    constexpr double sigma_min = 0.05;
    const auto f = [](auto in, auto out, const noise_level& l) {
        const process p(schedule::edm{}, kernel::variance_exploding{});
        const noise_level from = p.level(l.t), to = p.level(sigma_min);
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = testing::flow_map(from, to, in.data[i]);
    };
    sampler s{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, f),
              solver::consistency{.sigma_min = sigma_min}};
    const noise_level from = s.process.level(2), to = s.process.level(sigma_min);
    std::vector<double> one = points, expected;
    for (const double v : one)
        expected.push_back(testing::flow_map(from, to, v));
    s.generate_from(exec::cpp, 2, batch(one, one.size()), {.grid = grid::times({2, sigma_min})});
    CHECK(testing::largest_difference(one, expected) < 1e-12);

    // three steps from stratified draws of the marginal: their mean ranks are those of the
    // marginal at sigma_min. 40,000 ranks, uniform on [0, 1]: the mean is off by 6.5 standard
    // errors with probability 1e-10, and a missing sigma_min (0.2 % more variance) is not seen here
    // but in the recursion of the conformance tests
    const std::size_t n = 40000;
    std::vector<double> x(n);
    for (std::size_t i = 0; i < n; ++i) {
        double low = -100, high = 100;
        const double u = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
        for (int k = 0; k < 60; ++k) {
            const double mid = 0.5 * (low + high);
            (testing::distribution(from, mid) < u ? low : high) = mid;
        }
        x[i] = low;
    }
    s.generate_from(exec::cpp, 2, batch(x, n),
                    {.seed = 3, .grid = grid::times({2, 1, 0.4, sigma_min})});
    double mean = 0, square = 0;
    for (const double v : x) {
        const double rank = testing::distribution(to, v);
        mean += rank / static_cast<double>(n);
        square += rank * rank / static_cast<double>(n);
    }
    CHECK(std::fabs(mean - 0.5) < 6.5 * std::sqrt(1. / 12 / static_cast<double>(n)));
    CHECK(std::fabs(square - 1. / 3) < 6.5 * std::sqrt(4. / 45 / static_cast<double>(n)));
}

TEST_CASE("boundary conditions: the identity at the end of the trajectory") {
    const process ve(schedule::edm{}, kernel::variance_exploding{});
    const consistency_preconditioned c{.sigma_data = 0.5, .sigma_min = 0.002};
    const conversion end = c.to_denoised(ve.level(0.002));
    CHECK(std::fabs(end.state_factor - 1) < 1e-14);
    CHECK(std::fabs(end.output_factor) < 1e-14);
    // Song et al. 2023, appendix C, at sigma = 1: 0.25 / (0.998^2 + 0.25), 0.998 / 2 / sqrt(1.25)
    const conversion one = c.to_denoised(ve.level(1));
    CHECK(testing::relative_error(one.state_factor, 0.25 / (0.998 * 0.998 + 0.25)) < 1e-14);
    CHECK(testing::relative_error(one.output_factor, 0.499 / std::sqrt(1.25)) < 1e-14);
    CHECK(testing::relative_error(one.input_scale, 1 / std::sqrt(1.25)) < 1e-14);

    // Luo et al. 2023: c_skip = 0.25 / ((t / 0.1)^2 + 0.25), c_out = (t / 0.1) / sqrt(the same)
    const process table(schedule::scaled_linear{}, kernel::variance_preserving{});
    const latent_consistency lcm{epsilon{}};
    CHECK(lcm.to_denoised(table.level(0)).state_factor == 1);
    CHECK(lcm.to_denoised(table.level(0)).output_factor == 0);
    const noise_level l = table.level(3);
    const double norm = std::sqrt(900.25), skip = 0.25 / 900.25;
    const conversion inner = epsilon{}.to_denoised(l), outer = lcm.to_denoised(l);
    CHECK(testing::relative_error(outer.state_factor, skip + 30 / norm * inner.state_factor) <
          1e-14);
    CHECK(testing::relative_error(outer.output_factor, 30 / norm * inner.output_factor) < 1e-14);
}

TEST_CASE("constants out of range are refused") {
    check_refused<bad_argument>([] { solver::tcd{.gamma = 1.5}.check(); }, {"tcd", "1.5"});
    check_refused<bad_argument>([] { solver::ctm{.gamma = -1}.check(); }, {"ctm", "-1"});
    check_refused<bad_argument>([] { solver::consistency{.sigma_min = -1}.check(); },
                                {"sigma_min = -1"});
    check_refused<bad_argument>([] { consistency_preconditioned{.sigma_data = 0}.check(); },
                                {"sigma_data = 0"});
    check_refused<bad_argument>(
        [] {
            latent_consistency{epsilon{}, 0.}.check();
        },
        {"timestep_scaling = 0"});
}
