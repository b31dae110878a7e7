// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// DPM-Solver-12 and DPM-Solver-23, against the exact probability flow and against their algorithm
// written by hand.

#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/adaptive_dpm.hpp>

#include "check_refused.hpp"
#include "follows_tolerance.hpp"
#include "quantile_flow.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace diffgen;
using solver::adaptive_dpm;
using noise_form = solver::basis::noise;

TEST_CASE("the error of DPM-Solver-12 and DPM-Solver-23 follows their tolerance") {
    testing::check_follows_on_kernels<adaptive_dpm<2>>(2);
    testing::check_follows_on_kernels<adaptive_dpm<3>>(3);
    testing::check_follows_on_kernels<adaptive_dpm<2, noise_form>>(2);
    testing::check_follows_on_kernels<adaptive_dpm<3, noise_form>>(3);
}

namespace {

struct by_hand {
    double x;
    int tries = 0, refused = 0;
};

/// The published algorithm of order 2 on a sample of one element, in the data form: x_low by DDIM,
/// x_high through the value at the middle of the step in log(alpha / sigma).
template <class Sampler>
by_hand written_out(const Sampler& s, double x, double from, double to) {
    const process_view p(s.process);
    const auto half = [&](double t) { return 0.5 * p.level(t).log_snr; };
    const auto denoised = [](const noise_level& l, double at) {
        return testing::two_humps.bind(cast_level<double>(l))(std::array{at})[0];
    };
    const double end = half(to);
    // the first step is half the square root of the tolerance, 0.1, as an angle
    const double angle = std::atan(std::exp(-half(from))) - 0.5 * std::sqrt(0.1);
    double l = half(from), h = -std::log(std::tan(angle)) - l, before = x;
    by_hand out{x};
    while (l < end) {
        const bool last = h >= end - l;
        if (last) h = end - l;
        const noise_level a = p.level_of_log_snr(2 * l), m = p.level_of_log_snr(2 * l + h),
                          b = p.level_of_log_snr(2 * (l + h));
        const double decay = std::exp(-h), d = denoised(a, out.x);
        const double middle = m.sigma / a.sigma * out.x - m.alpha * std::expm1(-h / 2) * d;
        const double slope = (denoised(m, middle) - d) / (h / 2);
        const double low = b.sigma / a.sigma * out.x - b.alpha * std::expm1(-h) * d;
        // int_0^h exp(s - h) s ds = h - 1 + exp(-h)
        const double high = low + b.alpha * slope * (h - 1 + decay);
        const double error = std::abs(high - low) /
                             std::max(0.0078, 0.05 * std::max(std::abs(low), std::abs(before)));
        ++out.tries;
        if (error <= 1) {
            l = last ? end : l + h;
            out.x = high;
            before = low;
        } else {
            ++out.refused;
        }
        h *= std::clamp(0.9 / std::sqrt(error), 0.2, error <= 1 ? 5. : 1.);
    }
    return out;
}

}  // namespace

TEST_CASE("the published algorithm, where its tolerance is half of ours and no step is too long") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::batched_predictor(epsilon{}, testing::two_humps),
              adaptive_dpm<2>{.within = {2 * 0.0078, 2 * 0.05},
                              .control = {.proportional = 0, .integral = 1, .longest = 2}}};
    int refused = 0;
    for (const double start : {-2.1, -0.3, 0.4, 1.9}) {
        for (const double end : {0.02, 0.1}) {
            CAPTURE(start);
            CAPTURE(end);
            const by_hand expected = written_out(s, start, 0.9, end);
            std::vector<double> x{start};
            auto run = s.start_from(exec::cpp, 0.9, batch(x, 1), {.grid = grid::times{{0.9, end}}});
            int evaluations = 0;
            for (; run; run.advance(), ++evaluations)
                s.predictor.call(run.input(), run.output(), run.levels());
            CHECK(run.steps(0) == expected.tries);
            CHECK(run.refused(0) == expected.refused);
            // the value at the start of a step that was refused is known
            CHECK(evaluations == 2 * expected.tries - expected.refused);
            CHECK(std::abs(x[0] - expected.x) < 1e-9);
            refused += expected.refused;
        }
    }
    CHECK(refused >= 4);
}

TEST_CASE("what was found before a refused step to the clean end serves the step after it") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::batched_predictor(epsilon{}, testing::two_humps),
              adaptive_dpm<3>{.within = {1e-6, 1e-6}}};
    std::vector<double> x{0.7};
    auto run = s.start_from(exec::cpp, 0.02, batch(x, 1), {});
    for (; run; run.advance())
        s.predictor.call(run.input(), run.output(), run.levels());
    // with the value of another level in its place, every step is refused until it is short: 9
    CHECK(run.refused(0) >= 1);
    CHECK(run.refused(0) <= 6);
}

TEST_CASE("a run ends clean where its grid does; pure noise and nonsense are refused") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::samplewise_predictor(epsilon{}, testing::two_humps), adaptive_dpm<3>{}};
    std::vector<double> x{0.4, -1.2};
    CHECK(s.generate_from(exec::cpp, 0.6, batch(x, 2), {.steps = 4}).finished);
    CHECK(std::isfinite(x[0] + x[1]));

    sampler flow{schedule::rectified{}, kernel::linear_interpolant{},
                 testing::samplewise_predictor(velocity{}, testing::two_humps), adaptive_dpm<3>{}};
    check_refused<bad_argument>([&] { flow.generate(exec::cpp, batch(x, 2), {.steps = 4}); },
                                {"adaptive_dpm from pure noise", "t = 1"});
    s.solver.within = {0, 0};
    check_refused<bad_argument>([&] { s.generate(exec::cpp, batch(x, 2), {.steps = 4}); },
                                {"not both 0"});
}
