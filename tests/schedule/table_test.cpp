// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/sigmas.hpp>
#include <diffgen/schedule/table.hpp>

#include "compare.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using testing::relative_error;

TEST_CASE("entries are at whole times; between them the log-SNR is linear") {
    const schedule::table s({4, 1, -3});
    CHECK(s.discrete_steps() == 3);
    CHECK(s.t_max() == 2);
    CHECK(s.log_snr(0) == 4);
    CHECK(s.log_snr(1) == 1);
    CHECK(s.log_snr(2) == -3);
    CHECK(relative_error(s.log_snr(0.25), 3.25) < 1e-15);
    CHECK(relative_error(s.log_snr(1.5), -1) < 1e-15);
    CHECK(s.log_snr_rate(0.25) == -3);
    CHECK(s.log_snr_rate(1) == -4);
    CHECK(s.log_snr_rate(2) == -4);
}

TEST_CASE("between the clean end, -1, and entry 0 sigma / alpha is linear") {
    const schedule::table s({4, 1});
    const auto ratio = [&](double t) { return std::exp(-0.5 * s.log_snr(t)); };
    CHECK(s.log_snr(-1) == detail::infinity);
    for (const double t : {-0.999, -0.5, -0.01})
        CHECK(relative_error(ratio(t), (1 + t) * std::exp(-2.)) < 1e-14);
    // d/dt of -2 log((1 + t) r_0)
    CHECK(relative_error(s.log_snr_rate(-0.5), -4) < 1e-15);
}

TEST_CASE("time is the inverse, over the whole of a long table") {
    const schedule::linear s{};
    for (double t = -0.99; t <= 999; t += 0.37) {
        CAPTURE(t);
        CHECK(std::fabs(s.time(s.log_snr(t)) - t) < 1e-10);  // 1e-14 of l over a rate of 0.01
    }
    for (int i = 0; i < s.discrete_steps(); ++i)
        REQUIRE(s.time(s.log_snr(i)) == i);
    CHECK(s.time(detail::infinity) == -1);
    // noisier than the table: its last time
    CHECK(s.time(s.log_snr(999) - 1) == 999);
    CHECK(s.time(-detail::infinity) == 999);
}

TEST_CASE("a table of one entry, and one that ends without signal") {
    const schedule::table one({2});
    CHECK(one.t_max() == 0);
    CHECK(one.log_snr(0) == 2);
    CHECK(one.log_snr_rate(0) == -2);
    CHECK(relative_error(one.time(one.log_snr(-0.25)), -0.25) < 1e-14);

    const schedule::table zero({2, 0, -detail::infinity});
    CHECK(zero.log_snr(2) == -detail::infinity);
    CHECK(zero.time(-detail::infinity) == 2);
    // towards no signal alpha / sigma is linear: 0.25 of exp(0 / 2) a quarter before the end
    CHECK(relative_error(zero.log_snr(1.75), 2 * std::log(0.25)) < 1e-15);
    CHECK(relative_error(zero.log_snr_rate(1.75), -2 / 0.25) < 1e-15);
    CHECK(relative_error(zero.time(2 * std::log(0.25)), 1.75) < 1e-15);
    CHECK(zero.time(-200) == 2);  // exp(-100) before the end
}

TEST_CASE("a user's sigmas are its ratios") {
    const schedule::sigmas s({0.1, 0.7, 20});
    const double expected[] = {0.1, 0.7, 20};
    for (int i = 0; i < 3; ++i)
        CHECK(relative_error(std::exp(-0.5 * s.log_snr(i)), expected[i]) < 1e-15);
    // linear in log sigma between entries
    CHECK(relative_error(std::exp(-0.5 * s.log_snr(0.5)), std::sqrt(0.07)) < 1e-14);
    CHECK_THROWS_WITH_AS(schedule::sigmas({0.1, 0}),
                         "diffgen: sigmas[1] of the schedule is 0; all must be finite and above 0, "
                         "the clean end is not listed",
                         bad_argument);
    CHECK_THROWS_AS(schedule::sigmas({0.2, 0.1}), bad_argument);
    CHECK_THROWS_AS(schedule::sigmas({0.2, detail::infinity}), bad_argument);
}

TEST_CASE("what is not a schedule is refused, with the entry") {
    CHECK_THROWS_AS(schedule::table({}), bad_argument);
    CHECK_THROWS_WITH_AS(schedule::table({2, 2}),
                         "diffgen: noise must grow along a schedule, but the log-SNR of entry 1 is "
                         "2 after 2; it must fall",
                         bad_argument);
    CHECK_THROWS_AS(schedule::table({std::nan(""), 1}), bad_argument);
    CHECK_THROWS_AS(schedule::table({1, -detail::infinity, -detail::infinity}), bad_argument);
    CHECK_THROWS_AS(schedule::table({detail::infinity, 1}), bad_argument);
    const schedule::table s({4, 1});
    CHECK_THROWS_AS(static_cast<void>(s.log_snr(1.01)), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(s.log_snr(-1.01)), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(s.log_snr(std::nan(""))), bad_argument);
}
