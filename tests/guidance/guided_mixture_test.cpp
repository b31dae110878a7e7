// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Guidance of a mixture towards one of its classes, in closed form: every convention and every way
// to ask for it is score + w grad log p(c | x_t), to 1e-12 of the largest number.

#include <diffgen/guidance/adaptive_projection.hpp>
#include <diffgen/guidance/by_branch.hpp>
#include <diffgen/guidance/conventions.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/guidance/guided_by.hpp>
#include <diffgen/guidance/limited.hpp>
#include <diffgen/guidance/magnitude_aware.hpp>
#include <diffgen/guidance/weighted.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/posterior/mixture.hpp>
#include <diffgen/posterior/power_product.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

using namespace diffgen;
using posterior::Index;
using posterior::matrix;
using posterior::mixture;
using posterior::vector;

namespace {

constexpr Index dimension = 3;
const std::vector<int> labels{0, 1, 0, 2};

mixture data() {
    matrix means(dimension, 4), variances(dimension, 4);
    for (Index k = 0; k < 4; ++k)
        for (Index d = 0; d < dimension; ++d) {
            const auto at = static_cast<double>(3 * k + d);
            means(d, k) = std::sin(2 * at) + 0.3 * at - 1;
            variances(d, k) = 0.2 + 0.15 * std::fabs(std::cos(at));
        }
    return mixture::diagonal(vector{{0.2, 0.3, 0.1, 0.4}}, means, variances);
}
const mixture all = data(), wanted = all.of_class(labels, 0);

/// The state after a step whose update is D itself: what the solver sees of the merged estimate.
struct takes_estimate {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 0;

    [[nodiscard]] static int stages(const step&) { return 1; }
    [[nodiscard]] static stage plan(const step& s, int) {
        return evaluation_stage(s.from()).write(0, symbol::D);
    }
};

const std::vector<double> states{0.3, -1.2, 0.8, 2.1, 0.4, -0.7, -3, 0.1, 1.4};

/// D of the three states at the time t.
template <class Predictor>
std::vector<double> estimate(Predictor p, double t) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, std::move(p),
              takes_estimate{}};
    std::vector<double> x = states;
    s.generate_from(exec::cpp, t, batch(x, 3), {.steps = 1});
    return x;
}

/// (x + sigma^2 (score + w grad log p(c | x))) / alpha; the gradient from the component posteriors.
std::vector<double> closed_form(double w, double t) {
    const process p{schedule::linear_beta{}, kernel::variance_preserving{}};
    const noise_level l = process_view(p).level(t);
    std::vector<double> d;
    for (std::size_t i = 0; i < 3; ++i) {
        const vector x = Eigen::Map<const vector>(states.data() + i * dimension, dimension);
        const auto at = all.at(l);
        const vector shares = at.shares(x);
        // grad log sum of the shares of the class = sum_c share_k score_k / sum_c share - score
        vector of_class = vector::Zero(dimension);
        double share = 0;
        for (const Index k : {Index{0}, Index{2}}) {
            const vector total =
                (l.alpha * l.alpha * all.variances().col(k)).array() + l.sigma * l.sigma;
            of_class += shares[k] * (l.alpha * all.means().col(k) - x).cwiseQuotient(total);
            share += shares[k];
        }
        const vector score = at.score(x), gradient = of_class / share - score;
        const vector guided = (x + l.sigma * l.sigma * (score + w * gradient)) / l.alpha;
        d.insert(d.end(), guided.data(), guided.data() + dimension);
    }
    return d;
}

double apart(const std::vector<double>& a, const std::vector<double>& b) {
    double most = 0, scale = 1;
    for (std::size_t i = 0; i < a.size(); ++i) {
        most = std::fmax(most, std::fabs(a[i] - b[i]));
        scale = std::fmax(scale, std::fabs(b[i]));
    }
    return most / scale;
}

/// grad log p(c | x_t).
const auto classifier = [](auto in, auto out, const noise_level& l) {
    for (std::size_t i = 0; i < in.samples; ++i) {
        const vector x = Eigen::Map<const vector>(in.sample(i), dimension);
        Eigen::Map<vector>(out.sample(i), dimension) = wanted.at(l).score(x) - all.at(l).score(x);
    }
};

}  // namespace

TEST_CASE("every convention is the closed form") {
    const auto both = predicts(denoised{}, by_branch{wanted, all});
    for (const double t : {0.05, 0.4, 0.95})
        for (const double w : {-1., 0., 1., 2.5, 7.5}) {
            CAPTURE(t);
            CAPTURE(w);
            const auto expected = closed_form(w, t);
            const auto check = [&](const auto& predictor) {
                CHECK(apart(estimate(predictor, t), expected) < 1e-12);
            };
            check(guided{both, guidance_scale(w)});
            check(guided{both, guidance_strength(w - 1)});
            check(guided{both, classifier_scale(w)});
            check(guided{both, negative_prompt(w - 1)});
            check(guided{both, composed(w)});
            check(guided{both, limited(classifier_free{w}, 0, INFINITY)});
            check(guided{both, adaptive_projection{.w = w, .eta = 1}});
            check(guided{both, magnitude_aware{w, 0}});
            check(guided_by{predicts(denoised{}, all), predicts(score{}, classifier), w});
            check(guided_by{predicts(denoised{}, wanted), predicts(score{}, classifier), w - 1});
        }
}

TEST_CASE("without noise the guided estimate leads to p^(1 - w) q^w, with noise it does not") {
    const mixture prior =
        mixture::isotropic(vector::Ones(1), matrix::Zero(dimension, 1), vector::Constant(1, 4));
    const mixture product = posterior::power_product(prior, wanted, 2).density;
    const auto difference = [&](double t) {
        const process p{schedule::linear_beta{}, kernel::variance_preserving{}};
        const noise_level l = process_view(p).level(t);
        const auto merged =
            estimate(guided{predicts(denoised{}, by_branch{wanted, prior}), guidance_scale(2)}, t);
        double most = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            const vector x = Eigen::Map<const vector>(states.data() + i * dimension, dimension);
            const vector d = Eigen::Map<const vector>(merged.data() + i * dimension, dimension);
            const vector score = (l.alpha * d - x) / (l.sigma * l.sigma);
            const vector of_product = product.at(l).score(x);
            most = std::fmax(most, (score - of_product).norm() / of_product.norm());
        }
        return most;
    };
    CHECK(difference(1e-6) < 1e-3);
    CHECK(difference(0.4) > 0.1);
}
