// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The code of docs/concepts/discrete.md, checked to do what the page says.
#include <diffgen/discrete/likelihood.hpp>
#include <diffgen/discrete/sampler.hpp>
#include <diffgen/exec/policy.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace diffgen;

namespace {

/// A perceptron would look at x; this one prefers the level to the left.
// [network]
struct network {
    void operator()(batch_view<const std::int8_t> x, batch_view<float> answers,
                    const discrete::moment&) const {
        const std::size_t states = answers.elements / x.elements;
        for (std::size_t s = 0; s < x.samples; ++s)
            for (std::size_t i = 0; i < x.elements; ++i)
                for (std::size_t level = 0; level < states; ++level) {
                    const bool follows = i > 0 && x.sample(s)[i - 1] == std::int8_t(level);
                    answers.sample(s)[i * states + level] = follows ? 2.f : 0.f;
                }
    }
};
// [network]

}  // namespace

TEST_CASE("a masked sampler") {
    // [sampler]
    discrete::sampler s{discrete::absorbing{.states = 18, .mask = 17},  // 17 levels and the mask
                        discrete::log_linear{}, discrete::predicts(discrete::clean{}, network{}),
                        discrete::by_confidence{.temperature = 1}};
    std::vector<std::int8_t> x(32 * 64);
    s.generate(exec::omp, batch(x, 32), {.steps = 16, .seed = 7});
    // [sampler]
    CHECK(*std::max_element(x.begin(), x.end()) < 17);

    // [known]
    std::fill(x.begin(), x.end(), std::int8_t(17));
    for (std::size_t i = 0; i < x.size(); i += 64)
        std::fill_n(x.begin() + static_cast<std::ptrdiff_t>(i), 32, std::int8_t(3));
    s.generate_from(exec::omp, 1, batch(x, 32), {.steps = 16});  // the first halves stay
    // [known]
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (i % 64 < 32) CHECK(x[i] == 3);
        CHECK(x[i] < 17);
    }
}
TEST_CASE("autoregression, and its exact probability") {
    // [raster]
    const discrete::absorbing corruption{.states = 18, .mask = 17};
    discrete::sampler s{corruption, discrete::log_linear{},
                        discrete::predicts(discrete::clean{}, network{}), discrete::raster{}};
    std::vector<std::int8_t> x(32 * 64);
    const run_summary done = s.generate(exec::omp, batch(x, 32), {.seed = 7});
    // [raster]
    CHECK(done.evaluations == 64);
}
