// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Samples at times of their own against samples at one time: 100,000 samples of two numbers, twenty
// steps of Heun's method.

#include <diffgen/diffgen.hpp>

#include "../contest.hpp"
#include "bars.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace diffgen;

constexpr std::size_t samples = 100'000;

/// A factor for each sample.
struct factors {
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& l) const {
        const auto factor = static_cast<float>(l.sigma);
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = factor * in.data[i];
    }
    template <class In, class Out>
    void operator()(const In& in, const Out& out, std::span<const noise_level> l) const {
        for (std::size_t i = 0; i < in.samples; ++i) {
            const auto factor = static_cast<float>(l[i].sigma);
            for (std::size_t k = 0; k < 2; ++k)
                out.data[2 * i + k] = factor * in.data[2 * i + k];
        }
    }
};

}  // namespace

void bar_cohorts(bars& to) {
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(epsilon{}, factors{}), solver::heun{}};
    std::vector<float> x(2 * samples);
    const options o{.steps = 20};
    const auto together = [&] {
        return contest::time_of([&] { s.generate_from(exec::cpp, 0.9, batch(x, samples), o); });
    };
    const auto apart = [&](std::size_t distinct) {
        std::vector<double> times(samples);
        for (std::size_t i = 0; i < samples; ++i)
            times[i] = 0.9 - 0.4 * static_cast<double>(i * 7919 % distinct) /
                                 static_cast<double>(distinct);
        return [&, times] {
            return contest::time_of(
                [&] { s.generate_from(exec::cpp, times, batch(x, samples), o); });
        };
    };
    to.at_most("a time for each sample, all equal / one time",
               contest::ratio(apart(1), together, 11), 1.3);
    to.at_most("a time for each sample, 100 of them / one time",
               contest::ratio(apart(100), together, 5), 3);
    to.at_most("a time for each sample, all distinct / one time",
               contest::ratio(apart(samples), together, 1), 15);
}
