// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Schedules of nonsense: tables when they are made, aggregates when a sampler is made of them.

#include <diffgen/diffgen.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace diffgen;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

template <class Schedule>
auto sampler_of(Schedule schedule) {
    return sampler{schedule, kernel::variance_preserving{},
                   exact(gaussian_mixture<1, 1, double>{{1}, {{{0}}}, {{{1}}}}), solver::ddim{}};
}
template <class Schedule>
void check_schedule_refused(std::initializer_list<std::string_view> parts, Schedule schedule) {
    check_refused<bad_argument>([&] { (void)sampler_of(schedule); }, parts);
}

/// A user's schedule with two values to get wrong.
struct straight {
    double from = 10, to = -10, rate = -20, first = 0, last = 1;
    double log_snr(double t) const { return from + t * (to - from); }
    double log_snr_rate(double) const { return rate; }
    double t_min() const { return first; }
    double t_max() const { return last; }
};

}  // namespace

TEST_CASE("betas outside (0, 1]") {
    check_refused<bad_argument>([] { schedule::betas({0.1, 0, 0.2}); }, {"betas[1] of 3 is 0"});
    check_refused<bad_argument>([] { schedule::betas({-0.1, 0.1}); }, {"betas[0] of 2 is -0.1"});
    check_refused<bad_argument>([] { schedule::betas({0.1, 1.5}); }, {"betas[1] of 2 is 1.5"});
    check_refused<bad_argument>([] { schedule::betas({not_a_number}); }, {"betas[0] of 1 is nan"});
    check_refused<bad_argument>(
        [] {
            static_cast<void>(schedule::linear{2, 1e-4, 2});
        },
        {"betas[1] of 2 is 2;"});
    check_refused<bad_argument>(
        [] {
            static_cast<void>(schedule::scaled_linear{10, -0.1, 0.2});
        },
        {"betas[0] of 10 is nan"});
    check_refused<bad_argument>(
        [] {
            static_cast<void>(schedule::sigmoid{10, -0.1, 0.2});
        },
        {"betas[0] of 10 is -"});
}

TEST_CASE("a beta of 1 that is not the last") {
    check_refused<bad_argument>(
        [] {
            schedule::betas({0.1, 1, 0.2});
        },
        {"betas[1] of 3 is 1,", "only the last"});
    CHECK_NOTHROW(schedule::betas({0.1, 0.2, 1}));
}

TEST_CASE("schedules without steps") {
    check_refused<bad_argument>([] { schedule::betas({}); }, {"no entries"});
    check_refused<bad_argument>([] { schedule::sigmas({}); }, {"no entries"});
    check_refused<bad_argument>([] { static_cast<void>(schedule::linear{0}); }, {"0 steps"});
    check_refused<bad_argument>([] { static_cast<void>(schedule::scaled_linear{-5}); },
                                {"-5 steps"});
    check_refused<bad_argument>([] { static_cast<void>(schedule::sigmoid{0}); }, {"0 steps"});
    check_refused<bad_argument>([] { static_cast<void>(schedule::cosine{0}); }, {"0 steps"});
}

TEST_CASE("constants of the cosine schedule") {
    check_refused<bad_argument>(
        [] {
            static_cast<void>(schedule::cosine{10, 0.008, not_a_number});
        },
        {"max_beta = nan"});
    check_refused<bad_argument>(
        [] {
            static_cast<void>(schedule::cosine{10, 0.008, 1.5});
        },
        {"max_beta = 1.5"});
    check_refused<bad_argument>(
        [] {
            static_cast<void>(schedule::cosine{10, -0.5});
        },
        {"s = -0.5"});
}

TEST_CASE("sigmas that are not finite, not positive, or fall") {
    check_refused<bad_argument>([] { schedule::sigmas({1, infinite}); }, {"sigmas[1]", "is inf"});
    check_refused<bad_argument>(
        [] {
            schedule::sigmas({not_a_number, 1});
        },
        {"sigmas[0]", "is nan"});
    check_refused<bad_argument>([] { schedule::sigmas({1, -2}); }, {"sigmas[1]", "is -2"});
    check_refused<bad_argument>([] { schedule::sigmas({0, 1}); }, {"sigmas[0]", "is 0"});
    check_refused<bad_argument>([] { schedule::sigmas({1, 5, 4}); }, {"sigmas[2]", "is 4 after 5"});
    check_refused<bad_argument>([] { schedule::sigmas({1, 1}); }, {"sigmas[1]", "is 1 after 1"});
}

TEST_CASE("a table of log-SNR that is not finite, or grows") {
    check_refused<bad_argument>([] { schedule::table({infinite, 1}); }, {"entry 0", "is inf"});
    check_refused<bad_argument>(
        [] {
            schedule::table({1, -infinite, -2});
        },
        {"entry 1", "is -inf"});
    check_refused<bad_argument>([] { schedule::table({2, 1, 3}); }, {"entry 2", "is 3 after 1"});
}

TEST_CASE("constants of the continuous schedules") {
    check_schedule_refused({"beta_min = 20", "beta_max = 0.1"}, schedule::linear_beta{20, 0.1});
    check_schedule_refused({"beta_min = -1"}, schedule::linear_beta{-1, 20});
    check_schedule_refused({"beta_max = nan"}, schedule::linear_beta{0.1, not_a_number});
    check_schedule_refused({"beta_max = 0;"}, schedule::linear_beta{0, 0});
    check_schedule_refused({"first time at 0;"}, schedule::linear_beta{.first = 0});
    check_schedule_refused({"first time at nan"}, schedule::linear_beta{.first = not_a_number});
    check_schedule_refused({"sigma_min = 50", "sigma_max = 0.01"}, schedule::geometric{50, 0.01});
    check_schedule_refused({"sigma_min = 1", "sigma_max = 1;"}, schedule::geometric{1, 1});
    check_schedule_refused({"sigma_min = 0 "}, schedule::geometric{0, 1});
    check_schedule_refused({"sigma_min = nan"}, schedule::geometric{not_a_number, 1});
    check_schedule_refused({"sigma_min = 2", "sigma_max = 1;"}, schedule::edm{2, 1});
    check_schedule_refused({"sigma_max = inf"}, schedule::edm{.sigma_max = infinite});
    check_schedule_refused({"sigma_max = nan"}, schedule::edm{.sigma_max = not_a_number});
    check_schedule_refused({"sigma_min = -1"}, schedule::edm{.sigma_min = -1});
    check_schedule_refused({"first = 0 "}, schedule::rectified{.first = 0});
    check_schedule_refused({"last = 2;"}, schedule::rectified{.last = 2});
    check_schedule_refused({"last = nan"}, schedule::rectified{.last = not_a_number});
    check_schedule_refused({"beta_min = -1"}, schedule::sub_vp{schedule::linear_beta{-1, 20}});
}

TEST_CASE("constants that were changed after the sampler was made") {
    std::vector<double> x(2, 7.);
    auto s = sampler_of(schedule::linear_beta{});
    s.process.schedule.beta_max = -1;
    for (int way = 0; way < 5; ++way)
        check_refused<bad_argument>(
            [&] {
                if (way == 0) s.generate(exec::cpp, batch(x, 2));
                if (way == 1) s.generate_from(exec::cpp, 0.5, batch(x, 2));
                if (way == 2) (void)s.start(exec::cpp, batch(x, 2));
                if (way == 3) (void)s.start_from(exec::cpp, 0.5, batch(x, 2));
                if (way == 4) s.add_noise(exec::cpp, 0.5, batch(x, 2));
            },
            {"beta_max = -1"});
    CHECK(x == std::vector<double>(2, 7.));
}

TEST_CASE("a user's schedule whose noise does not grow") {
    CHECK_NOTHROW(sampler_of(straight{}));
    check_schedule_refused({"from -10", "to 10"}, straight{.from = -10, .to = 10});
    check_schedule_refused({"rate", "is 20"}, straight{.rate = 20});
    check_schedule_refused({"rate", "is nan"}, straight{.rate = not_a_number});
    check_schedule_refused({"goes from nan"}, straight{.from = not_a_number});
    check_schedule_refused({"t_min = 1", "t_max = 0"}, straight{.first = 1, .last = 0});
    check_schedule_refused({"t_max = inf"}, straight{.last = infinite});
}

TEST_CASE("a time outside the schedule") {
    const process discrete(schedule::linear{100}, kernel::variance_preserving{});
    check_refused<bad_argument>([&] { (void)discrete.level(100); }, {"time 100 ", "-1", "99"});
    check_refused<bad_argument>([&] { (void)discrete.level(-2); }, {"time -2 "});
    check_refused<bad_argument>([&] { (void)discrete.level(not_a_number); }, {"time nan "});
    const process continuous(schedule::linear_beta{}, kernel::variance_preserving{});
    check_refused<bad_argument>([&] { (void)continuous.level(1.5); },
                                {"time 1.5 ", "0 (clean) to 1"});
    check_refused<bad_argument>([&] { (void)continuous.level(-0.1); }, {"time -0.1 "});
    std::vector<double> x(2, 7.);
    check_refused<bad_argument>(
        [&] { sampler_of(schedule::linear_beta{}).add_noise(exec::cpp, 2, batch(x, 2)); },
        {"time 2 "});
    CHECK(x == std::vector<double>(2, 7.));
}
