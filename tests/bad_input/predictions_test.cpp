// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Starts without any signal (alpha = 0): predictions that say nothing there are refused before the
// state is written, the others sample; so are solvers that have no coefficients there.

#include <diffgen/diffgen.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

const auto network = [](auto in, auto out, const noise_level&) {
    std::transform(in.begin(), in.end(), out.begin(), [](auto v) { return v / 2; });
};
const schedule::betas zero_terminal({0.1, 0.4, 1});  // alpha = 0 at t = 2

template <class Schedule, class Kernel, class Output, class Solver>
void check_start_refused(std::initializer_list<std::string_view> parts, Schedule schedule,
                         Kernel kernel, Output output, Solver solver) {
    std::vector<float> x(4, 7.f);
    auto s = sampler{schedule, kernel, predicts(output, network), solver};
    check_refused<bad_argument>([&] { s.generate(exec::cpp, batch(x, 2), {.steps = 3}); }, parts);
    check_refused<bad_argument>([&] { (void)s.start(exec::cpp, batch(x, 2), {.steps = 3}); },
                                parts);
    CHECK(x == std::vector<float>(4, 7.f));
}
template <class Schedule, class Kernel, class Output, class Solver>
void check_samples(Schedule schedule, Kernel kernel, Output output, Solver solver) {
    std::vector<float> x(4, 7.f);
    auto s = sampler{schedule, kernel, predicts(output, network), solver};
    CHECK(s.generate(exec::cpp, batch(x, 2), {.steps = 3}).steps == 3);
    CHECK(std::all_of(x.begin(), x.end(), [](float v) { return std::isfinite(v) && v != 7.f; }));
}
constexpr schedule::rectified rectified{};
constexpr kernel::linear_interpolant linear{};
constexpr kernel::variance_preserving preserving{};

}  // namespace

TEST_CASE("epsilon, score and EDM preconditioning say nothing about the data at alpha = 0") {
    check_start_refused({"epsilon", "t = 1", "alpha = 0", "sigma = 1", "velocity"}, rectified,
                        linear, epsilon{}, solver::ddim{});
    check_start_refused({"score", "t = 1", "alpha = 0"}, rectified, linear, score{},
                        solver::ddim{});
    check_start_refused({"edm_preconditioned", "t = 1", "alpha = 0"}, rectified, linear,
                        edm_preconditioned{}, solver::ddim{});
    check_start_refused({"epsilon", "t = 2", "alpha = 0"}, zero_terminal, preserving, epsilon{},
                        solver::ancestral{});
    check_start_refused({"score", "t = 2"}, zero_terminal, preserving, score{}, solver::ddim{});
}

TEST_CASE("velocity, flow and denoised are fine there") {
    check_samples(rectified, linear, velocity{}, solver::ddim{});
    check_samples(rectified, linear, flow{}, solver::ddim{});
    check_samples(rectified, linear, denoised{}, solver::ddim{});
    check_samples(rectified, linear, denoised{}, solver::ancestral{});
    check_samples(rectified, linear, flow{}, solver::euler{});
    check_samples(rectified, linear, flow{}, solver::probability_flow_euler{});
    check_samples(rectified, linear, flow{}, solver::heun{});
    check_samples(zero_terminal, preserving, velocity{}, solver::ddim{});
    check_samples(zero_terminal, preserving, velocity{}, solver::ancestral{});
    check_samples(zero_terminal, preserving, denoised{}, solver::ancestral{});
}

TEST_CASE("epsilon is fine from just below") {
    check_samples(schedule::rectified{.last = 0.99}, linear, epsilon{}, solver::ddim{});
}

TEST_CASE("an SDE solver has no coefficients where the rates are infinite") {
    check_start_refused({"no finite coefficients", "step 0", "t = 1", "alpha = 0", "ddim"},
                        rectified, linear, velocity{}, solver::euler_maruyama{});
}

TEST_CASE("conversions that do not exist") {
    const noise_level pure{1, -detail::infinity, 0, 1, 1};
    check_refused<bad_argument>([&] { (void)convert(epsilon{}, denoised{}, pure); },
                                {"epsilon", "t = 1"});
    check_refused<bad_argument>([] { (void)convert(denoised{}, epsilon{}, noise_level{}); },
                                {"epsilon cannot be had from denoised", "sigma = 0"});
}
