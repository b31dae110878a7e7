// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Guidance by gradients against closed forms: a prior N(m, v) times a likelihood N(y; x, r) is a
// Gaussian whose run is known, the difference of two branches is a classifier, and functors and
// batched networks agree.

#include <diffgen/guidance/adaptive_projection.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/conventions.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/guidance/guided_by.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/energy.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>

#include "branch_means.hpp"
#include "check_refused.hpp"
#include "compare.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 4, elements = 5;
const testing::branch_means<2> two{{1.2, -0.4}};

/// The gradient in x_t of log p(y | x_t), for x_0 ~ N(m, v) and y = x_0 + N(0, r): with v' = v
/// sigma^2 / (alpha^2 v + sigma^2) the variance of x_0 given x_t, it is (v' / sigma^2) alpha (y -
/// E[x_0 | x_t]) / (v' + r).
struct gaussian_likelihood {
    double mean, variance, y, r;

    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V& x, const level_of<S>& l) const {
        const double a = static_cast<double>(l.alpha), s2 = static_cast<double>(l.sigma * l.sigma);
        const double total = a * a * variance + s2, left = variance * s2 / total;
        const double gain = a * variance / total, factor = a * left / s2 / (left + r);
        // y - mean - gain (x - alpha mean)
        const double constant = y - mean + gain * a * mean;
        return fma(broadcast<V>(static_cast<S>(-factor * gain)), x,
                   broadcast<V>(static_cast<S>(factor * constant)));
    }
    template <class T>
    void operator()(batch_view<const T> in, batch_view<T> out, const noise_level& l) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = (*this)(in.data[i], cast_level<T>(l));
    }
};

/// grad log p_0(x) - grad log p_1(x): what two branches imply of the classifier p(c | x).
struct implied_classifier {
    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V& x, const level_of<S>& l) const {
        const V difference = two(x, l, guidance_branch{1}) - two(x, l, guidance_branch{0});
        return difference / broadcast<V>(l.sigma);
    }
};

template <class Schedule = schedule::linear_beta, class Kernel = kernel::variance_preserving,
          class Predictor>
std::vector<double> run(Predictor p) {
    sampler s{Schedule{}, Kernel{}, std::move(p), solver::ddim{}};
    std::vector<double> x(samples * elements);
    s.generate(exec::cpp, batch(x, samples), {.steps = 7, .seed = 4});
    return x;
}
template <class Predictor>
std::vector<double> one_branch_of(const Predictor& all, int b) {
    return run(predicts(epsilon{}, pointwise(testing::one_branch<2>{all, b})));
}
double apart(const std::vector<double>& a, const std::vector<double>& b) {
    return testing::largest_difference(a, b);
}

}  // namespace

TEST_CASE("a prior with the gradient of a likelihood is the posterior") {
    const testing::branch_means<1> prior{{1.2}, 0.3};
    const double y = 0.1, r = 0.45;
    const double v = 1 / (1 / 0.3 + 1 / r), m = v * (1.2 / 0.3 + y / r);
    const testing::branch_means<1> posterior{{m}, v};
    const gaussian_likelihood likelihood{1.2, 0.3, y, r};
    const auto alone = [](const testing::branch_means<1>& b) {
        return predicts(epsilon{}, pointwise(testing::one_branch<1>{b, 0}));
    };
    const auto wanted = run(alone(posterior));
    CHECK(apart(run(guided_by{alone(prior), predicts(score{}, pointwise(likelihood))}), wanted) <
          1e-12);
    const auto batched = [&](auto in, auto out, const noise_level& l) {
        prior(in, out, l, guidance_rows{in.samples});
    };
    CHECK(apart(run(guided_by{predicts(epsilon{}, batched), predicts(score{}, likelihood)}),
                wanted) < 1e-12);
    // weights of each sample, 1 and 0
    const std::vector<double> w{1, 0, 1, 0};
    const auto mixed =
        run(guided_by{predicts(epsilon{}, batched), predicts(score{}, likelihood), w});
    const auto without = run(alone(prior));
    for (std::size_t i = 0; i < mixed.size(); ++i)
        CHECK(mixed[i] ==
              doctest::Approx((i / elements % 2 == 0 ? wanted : without)[i]).epsilon(1e-12));
}

TEST_CASE("a classifier that two branches imply is classifier-free guidance") {
    const auto unconditional = predicts(epsilon{}, pointwise(testing::one_branch<2>{two, 1}));
    const auto implied = predicts(score{}, pointwise(implied_classifier{}));
    const auto free = run(guided{predicts(epsilon{}, pointwise(two)), classifier_scale(3)});
    CHECK(apart(run(guided_by{unconditional, implied, 3}), free) < 1e-12);
    // beside the conditional network it is the strength of Ho and Salimans
    const auto conditional = predicts(epsilon{}, pointwise(testing::one_branch<2>{two, 0}));
    CHECK(apart(run(guided_by{conditional, implied, 2}),
                run(guided{predicts(epsilon{}, pointwise(two)), guidance_strength(2)})) < 1e-12);
    // added to what is merged, with functors and with batched networks
    const auto both = guided{predicts(epsilon{}, pointwise(two)), classifier_free{1.5}};
    CHECK(apart(run(guided_by{both, implied, 1.5}), free) < 1e-12);
    const auto as_network = [](auto in, auto out, const noise_level& l) {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = implied_classifier{}(in.data[i], cast_level<double>(l));
    };
    CHECK(apart(run(guided_by{guided{predicts(epsilon{}, two), classifier_free{1.5}},
                              predicts(score{}, as_network), 1.5}),
                free) < 1e-12);
    CHECK(apart(run(guided_by{guided{predicts(epsilon{}, two), adaptive_projection{1.5, 1}},
                              predicts(score{}, as_network), 1.5}),
                free) < 1e-12);
}

namespace {

/// E = k |x - 1|^2 / 2.
struct spring {
    template <class V>
    DIFFGEN_VALUE std::array<V, 5> operator()(std::array<V, 5> x) const {
        for (V& e : x)
            e = product(broadcast<V>(0.2), e - broadcast<V>(1));
        return x;
    }
};
/// The same energy around, as a network; and eps of data N(0.4, 0.3) as a functor of samples.
struct of_samples {
    template <class V, class S>
    DIFFGEN_VALUE std::array<V, 5> operator()(std::array<V, 5> x, const level_of<S>& l) const {
        for (V& e : x)
            e = two(e, l, guidance_branch{0});
        return x;
    }
};
/// The raw network of EDM for data N(0, 1/4), which is 0, under a preconditioning for another
/// variance: it sees a scaled state.
struct raw {
    void operator()(batch_view<const double> in, batch_view<double> out,
                    const noise_level& l) const {
        const double s = l.sigma / l.alpha, d = 0.5 * 0.5;
        for (std::size_t i = 0; i < in.size(); ++i) {
            const double x = in.data[i] * std::sqrt(s * s + 1);  // on x / alpha, sigma_data = 1
            const double denoised = d / (d + s * s) * x;
            out.data[i] = (denoised - x / (s * s + 1)) * std::sqrt(s * s + 1) / s;
        }
    }
};

}  // namespace

TEST_CASE("an energy leads functors and networks to the same samples") {
    const auto functor =
        run(guided_by{predicts(epsilon{}, samplewise<5>(of_samples{})), energy<5>(spring{}), 0.7});
    const auto by_hand = [](auto in, auto out, const noise_level&) {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = -0.2 * (in.data[i] - 1);
    };
    const auto eps = [](auto in, auto out, const noise_level& l) {
        two(in, out, l, guidance_rows{in.samples});
    };
    CHECK(apart(run(guided_by{predicts(epsilon{}, eps), predicts(score{}, by_hand), 0.7}),
                functor) < 1e-12);
    CHECK(apart(functor, one_branch_of(two, 0)) > 0.01);
    // the gradient sees the state, where the network sees it scaled
    const auto scaled = run<schedule::edm, kernel::variance_exploding>(
        guided_by{predicts(edm_preconditioned{1}, raw{}), predicts(score{}, by_hand), 0.02});
    const auto denoised_net = [](auto in, auto out, const noise_level& l) {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = 0.25 / (0.25 + l.sigma * l.sigma) * in.data[i];
    };
    const auto plain = run<schedule::edm, kernel::variance_exploding>(
        guided_by{predicts(denoised{}, denoised_net), predicts(score{}, by_hand), 0.02});
    CHECK(apart(scaled, plain) < 1e-9);
}

TEST_CASE("what makes no sense is refused") {
    const auto implied = predicts(score{}, pointwise(implied_classifier{}));
    const auto net = predicts(epsilon{}, pointwise(testing::one_branch<2>{two, 0}));
    const std::vector<double> w(samples, 1.);
    check_refused<bad_argument>(
        [&] {
            run(guided_by{net, implied, NAN});
        },
        {"diffgen: guided_by with w = nan"});
    check_refused<bad_argument>(
        [&] {
            run(guided_by{net, implied, w});
        },
        {"diffgen: guided_by of functors with a weight for each sample"});
}
