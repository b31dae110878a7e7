// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// What docs/concepts/guidance.md shows, on Gaussian data whose guided samples are known.
#include <diffgen/diffgen.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;

namespace {

/// D of data of deviation 0.1, around 2 with the condition and around 1 without.
struct conditional_network {
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& l, guidance_rows rows) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            for (std::size_t e = 0; e < in.elements; ++e) {
                const double m = rows.branch_of(i) == 0 ? 2 : 1;
                const double total = 0.01 * l.alpha * l.alpha + l.sigma * l.sigma;
                out.sample(i)[e] = static_cast<float>(
                    m + 0.01 * l.alpha * (in.sample(i)[e] - l.alpha * m) / total);
            }
    }
};

double mean(const std::vector<float>& x) {
    double sum = 0;
    for (const float v : x)
        sum += v;
    return sum / static_cast<double>(x.size());
}

// [classifier]
/// Stands for a classifier of noisy data: the gradient of log p(c | x_t) in x_t, row by row.
struct classifier_gradient {
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& level) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = static_cast<float>(level.alpha * (3 - level.alpha * in.data[i]));
    }
};
// [classifier]

// [energy]
/// The gradient of |x - 1|^2 / 8 of a sample of two elements.
struct spring {
    template <class V>
    DIFFGEN_VALUE std::array<V, 2> operator()(std::array<V, 2> x) const {
        for (V& e : x)
            e = product(broadcast<V>(0.25f), e - broadcast<V>(1));
        return x;
    }
};
// [energy]

/// eps of standard normal data.
struct normal_eps {
    template <class V, class S>
    DIFFGEN_VALUE std::array<V, 2> operator()(std::array<V, 2> x, const level_of<S>& l) const {
        for (V& e : x)
            e = product(broadcast<V>(l.sigma), e);
        return x;
    }
};

}  // namespace

TEST_CASE("rules in each other") {
    const conditional_network net;
    std::vector<float> x(64);
    // [rules]
    const auto rule = limited(rescaled_guidance(adaptive_projection{.w = 4, .bound = 10}, 0.5), 0.1,
                              10);  // where 0.1 < sigma / alpha <= 10
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              guided{predicts(denoised{}, net), rule}, solver::ddim{}};
    s.generate(exec::cpp, batch(x, 4), {.steps = 20, .seed = 7});
    // [rules]
    CHECK(std::isfinite(mean(x)));
    CHECK(mean(x) > 1.5);
}

TEST_CASE("weights of each request") {
    const conditional_network net;
    std::vector<float> x(64);
    // [weights]
    std::vector<float> weights{1, 2, 4, 8};  // one for each sample
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              guided{predicts(denoised{}, net), zero_star{.w = weights}}, solver::ddim{}};
    // [weights]
    s.generate(exec::cpp, batch(x, 4), {.steps = 20, .seed = 7});
    CHECK(std::fabs(mean({x.begin(), x.begin() + 16}) - 2) < 0.2);
}

TEST_CASE("gradients of classifiers and energies") {
    const auto net = [](auto in, auto out, const noise_level& l) {
        conditional_network{}(in, out, l, guidance_rows{in.samples});
    };
    std::vector<float> x(64), y(64);
    // [guided_by]
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              guided_by{predicts(denoised{}, net), predicts(score{}, classifier_gradient{}), 2},
              solver::ddim{}};
    sampler fused{schedule::cosine{}, kernel::variance_preserving{},
                  guided_by{predicts(epsilon{}, samplewise<2>(normal_eps{})), energy<2>(spring{})},
                  solver::ddim{}};
    // [guided_by]
    s.generate(exec::cpp, batch(x, 4), {.steps = 20, .seed = 7});
    fused.generate(exec::cpp, batch(y, 32), {.steps = 20, .seed = 7});
    CHECK(mean(x) > 2);
    CHECK(mean(x) < 2.3);
    // normal data of variance 1 times exp(-|x - 1|^2 / 8) would have the mean 0.2, were the energy
    // that of noisy data
    CHECK(mean(y) > 0);
}
