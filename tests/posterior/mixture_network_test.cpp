// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A mixture as the network of a sampler.

#include <diffgen/core/prediction.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/posterior/mixture.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>

#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using posterior::matrix;
using posterior::mixture;
using posterior::vector;

namespace {

template <class Predictor>
std::vector<double> run(const Predictor& p, std::size_t samples, const options& o = {.steps = 20}) {
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, p,
                    solver::ddim{.eta = 1}};
    std::vector<double> x(samples * 2);
    s.generate(exec::cpp, batch(x, samples), o);
    return x;
}

}  // namespace

TEST_CASE("it gives the samples of the mixture of that size that runs inside the pass") {
    const gaussian_mixture<2, 2> inside{
        {0.3, 0.7}, {{{-1, 0.5}, {1, 0.2}}}, {{{0.1, 0.2}, {0.3, 0.1}}}};
    const auto outside = mixture::diagonal(vector{{0.3, 0.7}}, matrix{{-1, 1}, {0.5, 0.2}},
                                           matrix{{0.1, 0.3}, {0.2, 0.1}});
    const auto a = run(exact(inside), 30), b = run(predicts(denoised{}, outside), 30);
    for (std::size_t i = 0; i < a.size(); ++i)
        CHECK(std::abs(a[i] - b[i]) < 1e-11);
}

TEST_CASE("a sample does not depend on its batch, nor on the others' levels") {
    const auto p = predicts(denoised{}, mixtures::full(2, 3));
    const auto all = run(p, 9);
    std::vector<double> parts;
    for (std::uint64_t i = 0; i < 9; ++i) {
        const auto one = run(p, 1, {.steps = 20, .first_sample = i});
        parts.insert(parts.end(), one.begin(), one.end());
    }
    CHECK(all == parts);

    const mixture m = mixtures::full(2, 3);
    std::vector<double> in{0.1, 0.2, 0.1, 0.2, 0.3, 0.4}, together(6), single(2);
    const std::vector<noise_level> levels{
        {.alpha = 0.5, .sigma = 0.8}, {.alpha = 0.9, .sigma = 0.3}, {.alpha = 0.9, .sigma = 0.3}};
    const auto view = [](auto& v, std::size_t n) { return batch_view<double>(v.data(), n, 2); };
    m(batch_view<const double>(view(in, 3)), view(together, 3),
      std::span<const noise_level>(levels));
    for (std::size_t i = 0; i < 3; ++i) {
        m(batch_view<const double>(in.data() + 2 * i, 1, 2), view(single, 1), levels[i]);
        CHECK(single == std::vector<double>(together.begin() + 2 * static_cast<long>(i),
                                            together.begin() + 2 * static_cast<long>(i) + 2));
    }
}
