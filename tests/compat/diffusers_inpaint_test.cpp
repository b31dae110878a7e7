// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// RePaint's way back up, which is wrong in diffusers where a step is of several timesteps and right
// in the library; and the inpainting of a pipeline.

#include <diffgen/compat/diffusers/inpainting.hpp>
#include <diffgen/compat/diffusers/pipeline/ancestral.hpp>
#include <diffgen/compat/diffusers/repaint.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/solver/restart.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;
using namespace diffgen::compat::diffusers;

namespace {

config small() {
    config c;
    c.num_train_timesteps = 40;
    c.beta_start = 0.002;
    c.beta_end = 0.25;
    return c;
}

/// Data N(1, 0), so that the state is at the right level where its mean is alpha and its variance
/// sigma^2. Up from timestep t - stride to t, after the step at t.
struct moments {
    double mean, variance;
};
moments by_undo(int t, int stride) {
    const repaint_scheduler s(small());
    const double signal = t >= stride ? s.alpha_bar(t - stride) : 1;
    const std::size_t draws = static_cast<std::size_t>(stride);
    std::vector<double> x{std::sqrt(signal)}, none(draws);
    s.undo(x, t, stride, none);
    double factor = x[0] / std::sqrt(signal), variance = factor * factor * (1 - signal);
    for (std::size_t k = 0; k < draws; ++k) {
        std::vector<double> one(draws), y{0};
        one[k] = 1;
        s.undo(y, t, stride, one);
        variance += y[0] * y[0];
    }
    return {x[0], variance};
}
moments by_restart(int t, int stride) {
    const process p{compat::diffusers::noise_schedule(small()), kernel::variance_preserving{}};
    const process_view view(p);
    const noise_level low = view.level(t - stride), high = view.level(t);
    const std::vector<noise_level> levels{low, high};
    const stage up = solver::restart<>{}.plan(step{view, levels, 0, 0}, 0);
    const double a = up.updates[0].form.registers[0], b = up.updates[0].form.noise[0];
    return {a * low.alpha, a * a * low.sigma * low.sigma + b * b};
}

}  // namespace

TEST_CASE(
    "the way back up reaches its level in the library, and in diffusers by single timesteps") {
    const repaint_scheduler s(small());
    for (const int stride : {1, 2, 5})
        for (const int t : {10, 20, 35}) {
            CAPTURE(stride);
            CAPTURE(t);
            const double signal = s.alpha_bar(t);
            const moments right = by_restart(t, stride), undone = by_undo(t, stride);
            CHECK(right.mean == doctest::Approx(std::sqrt(signal)).epsilon(1e-12));
            CHECK(right.variance == doctest::Approx(1 - signal).epsilon(1e-12));
            CHECK((std::abs(undone.mean - std::sqrt(signal)) < 1e-12) == (stride == 1));
            CHECK((std::abs(undone.variance - (1 - signal)) < 1e-12) == (stride == 1));
            if (stride > 1) CHECK(undone.variance > 1 - signal);  // too much noise
        }
}

TEST_CASE("timesteps of a run that jumps") {
    const repaint_scheduler s(small());
    const auto times = s.timesteps(4, 2, 1);
    CHECK(times.values == std::vector{30, 20, 10, 0});
    const auto jumps = s.timesteps(5, 2, 2);
    CHECK(jumps.values == std::vector{32, 24, 16, 24, 32, 24, 16, 8, 0, 8, 16, 8, 0});
    CHECK(jumps.is_step[3] == false);
    CHECK(jumps.is_step[5] == true);
}

TEST_CASE("RePaint refuses what makes no sense") {
    const repaint_scheduler s(small());
    check_refused<bad_argument>([] { repaint_scheduler(small(), 2); }, {"eta = 2"});
    check_refused<bad_argument>([&] { static_cast<void>(s.timesteps(0)); },
                                {"'num_inference_steps' = 0"});
    check_refused<compat::unsupported>(
        [] {
            static_cast<void>(read_repaint(io::json(io::json::object{{"shift", 2.}})));
        },
        {"'shift'", "RePaintScheduler"});
    std::vector<double> x(3), z(2);
    check_refused<bad_shape>([&] { s.undo(x, 3, 1, z); }, {"RePaintScheduler: 2 numbers beside 3"});
    check_refused<bad_argument>([&] { s.undo(x, 39, 2, std::vector<double>(6)); },
                                {"from 39 to 41 of 40"});
}

TEST_CASE("inpainting ends with what is known, to the bit, and begins with its noise") {
    config c;
    c.clip_sample = false;
    const auto schedule = compat::diffusers::noise_schedule(c);
    std::vector<double> begins;
    const auto net = [&](auto in, auto out, const noise_level& l) {
        if (begins.empty()) begins.assign(in.begin(), in.end());
        const auto [a, s] = kernel::variance_preserving::level(schedule.log_snr(l.network_time));
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = s * (in.data[i] - 1.5 * a) / (0.25 * a * a + s * s);
    };
    const std::vector<double> image{2, -1, 0.5, 3}, mask{0, 1, 0, 1}, noise{0.3, -0.2, 1, 0.7};
    std::vector<double> x(4);
    const known_pictures known{image, mask, noise};
    const options o{.seed = 3};
    auto view = batch(x, 1);
    const auto run = [&](arguments a) {
        begins.clear();
        with_ancestral(c, a, net, inpainting{exec::cpp, view, known, o});
    };
    run({.num_inference_steps = 10});
    CHECK(begins == noise);
    CHECK(x[0] == 2);
    CHECK(x[2] == 0.5);
    CHECK(x[1] != -1);
    run({.num_inference_steps = 10, .strength = 0.5});
    const auto [a, s] = kernel::variance_preserving::level(schedule.log_snr(400));
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(begins[i] == doctest::Approx(a * image[i] + s * noise[i]).epsilon(1e-12));
    const std::vector<double> before = x, short_mask{1};
    const known_pictures wrong{image, short_mask};
    check_refused<bad_shape>(
        [&] {
            with_ancestral(c, {.num_inference_steps = 10}, net,
                           inpainting{exec::cpp, view, wrong, o});
        },
        {"diffgen: inpainting of 4 numbers", "1 of the mask"});
    CHECK(x == before);
}
