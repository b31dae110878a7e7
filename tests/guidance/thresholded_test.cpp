// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/exec/policy.hpp>
#include <diffgen/guidance/thresholded.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/philox.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

struct identity {
    void operator()(batch_view<const double> in, batch_view<double> out, const noise_level&) const {
        std::copy(in.begin(), in.end(), out.begin());
    }
};

/// The denoised estimate x itself, thresholded: what one step to the clean end gives.
std::vector<double> thresholded_copy(std::vector<double> x, std::size_t samples, double ratio,
                                     double most) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              thresholded{predicts(denoised{}, identity{}), ratio, most}, solver::ddim{}};
    s.generate_from(exec::cpp, 1, batch(x, samples), {.steps = 1});
    return x;
}

}  // namespace

// Expected: the definition, with the quantile from a sorted copy.
TEST_CASE("every sample is clamped to its own quantile and divided by it") {
    const std::size_t samples = 3, elements = 701;
    std::vector<double> x(samples * elements);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = (0.4 + static_cast<double>(i / elements)) *
               noise::philox{5}.normal<double>(noise::stream::data, 0, i);
    for (const double ratio : {0., 0.3, 0.995, 1.})
        for (const double most : {1., 1.7, 100.}) {
            CAPTURE(ratio);
            CAPTURE(most);
            const auto y = thresholded_copy(x, samples, ratio, most);
            for (std::size_t n = 0; n < samples; ++n) {
                const auto begin = x.begin() + static_cast<std::ptrdiff_t>(n * elements);
                std::vector<double> sorted(begin, begin + static_cast<std::ptrdiff_t>(elements));
                for (double& v : sorted)
                    v = std::abs(v);
                std::sort(sorted.begin(), sorted.end());
                const double rank = ratio * static_cast<double>(elements - 1);
                const auto k = static_cast<std::size_t>(rank);
                const double above = sorted[std::min(k + 1, elements - 1)];
                const double quantile =
                    sorted[k] + (rank - static_cast<double>(k)) * (above - sorted[k]);
                const double s = std::min(std::max(quantile, 1.), most);
                for (std::size_t i = n * elements; i < (n + 1) * elements; ++i)
                    REQUIRE(y[i] == doctest::Approx(std::clamp(x[i], -s, s) / s).epsilon(1e-14));
            }
        }
}

TEST_CASE("thresholds that make no sense are refused") {
    const predicts p(denoised{}, identity{});
    check_refused<bad_argument>([&] { thresholded(p, 1.5); }, {"1.5", "[0, 1]"});
    check_refused<bad_argument>([&] { thresholded(p, 0.9, 0.); }, {"max_threshold = 0", "above 0"});
}
