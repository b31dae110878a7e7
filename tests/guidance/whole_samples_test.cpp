// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Rules of guidance that look at whole samples: against their formulas, against each other where
// two are the same, and against runs of a single branch.

#include <diffgen/guidance/adaptive_projection.hpp>
#include <diffgen/guidance/by_branch.hpp>
#include <diffgen/guidance/by_sample.hpp>
#include <diffgen/guidance/conventions.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/guidance/labelled.hpp>
#include <diffgen/guidance/limited.hpp>
#include <diffgen/guidance/magnitude_aware.hpp>
#include <diffgen/guidance/perpendicular.hpp>
#include <diffgen/guidance/rescaled_guidance.hpp>
#include <diffgen/guidance/tangential.hpp>
#include <diffgen/guidance/zero_star.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>

#include "branch_means.hpp"
#include "check_refused.hpp"
#include "compare.hpp"

#include <Eigen/Dense>
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 3, elements = 7;
const testing::branch_means<2> two{{-0.7, 1.3}};
const testing::branch_means<3> three{{-0.7, 0.4, 1.9}};

/// eps of data around means that differ from element to element, so that nothing is parallel.
struct uneven {
    template <class T>
    void operator()(batch_view<const T> in, batch_view<T> out, const noise_level& l,
                    guidance_rows rows) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            for (std::size_t e = 0; e < in.elements; ++e) {
                const double b = rows.branch_of(i), k = static_cast<double>(e);
                const double m = b == 0 ? 0.3 * k - 1 : b == 1 ? std::cos(k) : std::sin(2 * k);
                out.sample(i)[e] =
                    static_cast<T>(l.sigma * (static_cast<double>(in.sample(i)[e]) - l.alpha * m) /
                                   (0.3 * l.alpha * l.alpha + l.sigma * l.sigma));
            }
    }
};

template <class T = double, class Predictor>
std::vector<T> run(Predictor p, int steps = 6) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, std::move(p), solver::ddim{}};
    std::vector<T> x(samples * elements);
    s.generate(exec::cpp, batch(x, samples), {.steps = steps, .seed = 4});
    return x;
}
template <class Rule>
std::vector<double> run_rule(const Rule& rule, int steps = 6) {
    return run(guided{predicts(epsilon{}, uneven{}), rule}, steps);
}
double apart(const std::vector<double>& a, const std::vector<double>& b) {
    return testing::largest_difference(a, b);
}

using vector = Eigen::VectorXd;

/// What a rule makes of two branches, c and u; D = output for in = 0 and the prediction denoised.
template <class Rule>
vector merged(Rule& rule, const vector& c, const vector& u, noise_level l = {}) {
    Eigen::MatrixXd outputs(c.size(), 2);
    outputs << c, u;
    vector input = vector::Zero(c.size()), result(c.size());
    rule.merge(guidance_row<double>{input.data(),
                                    outputs.data(),
                                    static_cast<std::size_t>(c.size()),
                                    result.data(),
                                    static_cast<std::size_t>(c.size()),
                                    0,
                                    &l,
                                    {}});
    return result;
}
template <class Rule>
vector merged_once(Rule rule, const vector& c, const vector& u) {
    return merged(rule, c, u);
}

const vector c = (vector(5) << 0.3, -1.2, 2.0, 0.7, -0.4).finished(),
             u = (vector(5) << 1.1, 0.2, 1.5, -0.9, 0.6).finished();
double distance(const vector& a, const vector& b) {
    return (a - b).cwiseAbs().maxCoeff();
}
double deviation(const vector& a) {
    return std::sqrt((a.array() - a.mean()).square().sum() / double(a.size() - 1));
}

}  // namespace

TEST_CASE("formulas: adaptive projection") {
    const double w = 4, eta = 0.3, bound = 1.2;
    const vector d = (c - u) * std::min(1., bound / (c - u).norm());
    const vector h = c / c.norm(), parallel = d.dot(h) * h;
    const vector wanted = c + (w - 1) * (d - parallel + eta * parallel);
    CHECK(distance(merged_once(adaptive_projection{w, eta, bound}, c, u), wanted) < 1e-14);
    // without a bound and with all of the parallel part it is classifier-free guidance
    CHECK(distance(merged_once(adaptive_projection{w, 1}, c, u), u + w * (c - u)) < 1e-14);
    CHECK(distance(merged_once(adaptive_projection{1, 0}, c, u), c) < 1e-15);
}

TEST_CASE("formulas: the momentum is a running sum that begins anew with a run") {
    adaptive_projection_with_momentum rule({.w = 3, .eta = 1}, -0.5);
    noise_level first, second;
    first.log_snr = -3;
    second.log_snr = 1;
    const vector a = merged(rule, c, u, first), b = merged(rule, 2 * c, u, second);
    CHECK(distance(a, c + 2 * (c - u)) < 1e-14);
    CHECK(distance(b, 2 * c + 2 * ((2 * c - u) - 0.5 * (c - u))) < 1e-14);
    CHECK(distance(merged(rule, c, u, first), a) == 0);
    CHECK(distance(merged(rule, 2 * c, u, second), b) == 0);
    rule.restart();
    CHECK(distance(merged(rule, c, u, second), a) == 0);
}

TEST_CASE("formulas: zero star, tangential, magnitude-aware") {
    const double w = 2.5;
    const vector scaled = u * (c.dot(u) / u.squaredNorm());
    CHECK(distance(merged_once(zero_star{w}, c, u), scaled + w * (c - scaled)) < 1e-14);
    noise_level l;
    l.t = 0.9;
    zero_star from{w, 0.9};
    CHECK(merged(from, c, u, l).norm() == 0);
    l.t = 0.89;
    CHECK(distance(merged(from, c, u, l), scaled + w * (c - scaled)) < 1e-14);

    for (const double longer : {1., 0.1, 20.}) {
        Eigen::MatrixXd both(2, c.size());
        both << c.transpose(), longer * u.transpose();
        const Eigen::JacobiSVD<Eigen::MatrixXd> svd(both, Eigen::ComputeThinV);
        const vector v = svd.matrixV().col(0), damped = longer * u.dot(v) * v;
        CHECK(distance(merged_once(tangential{w}, c, longer * u), damped + w * (c - damped)) <
              1e-13 * longer);
    }
    const double e = std::exp(-0.7 * (c - u).norm() / u.norm());
    CHECK(distance(merged_once(magnitude_aware{w, 0.7}, c, u), u + (1 + (w - 1) * e) * (c - u)) <
          1e-14);
    CHECK(distance(merged_once(magnitude_aware{w, 0}, c, u), u + w * (c - u)) < 1e-14);
}

TEST_CASE("formulas: rescaling keeps the deviation of the conditional branch") {
    const vector g = u + 5 * (c - u);
    const vector rescaled = merged_once(rescaled_guidance(classifier_free{5}, 1), c, u);
    CHECK(deviation(rescaled) == doctest::Approx(deviation(c)).epsilon(1e-14));
    CHECK(distance(merged_once(rescaled_guidance(classifier_free{5}, 0.3), c, u),
                   (0.3 * deviation(c) / deviation(g) + 0.7) * g) < 1e-14);
}

TEST_CASE("formulas: negative conditions take nothing from the positive one") {
    const vector n = (vector(5) << -0.5, 0.4, 0.8, 1.0, 0.1).finished();
    Eigen::MatrixXd outputs(5, 3);
    outputs << c, n, u;
    const vector input = vector::Zero(5), d = c - u, away = n - u;
    vector result(5);
    const noise_level l;
    perpendicular<>{3, {0.8}}.merge(
        guidance_row<double>{input.data(), outputs.data(), 5, result.data(), 5, 0, &l, {}});
    const vector part = away - away.dot(d) / d.squaredNorm() * d;
    CHECK(distance(result, u + 3 * (d - 0.8 * part)) < 1e-14);
    CHECK((result - u).dot(d) == doctest::Approx(3 * d.squaredNorm()).epsilon(1e-14));
}

TEST_CASE("rules that are another rule have its samples") {
    const std::vector<double> plain = run_rule(classifier_free{3});
    CHECK(apart(run_rule(adaptive_projection{3, 1}), plain) < 1e-12);
    CHECK(apart(run_rule(magnitude_aware{3, 0}), plain) < 1e-12);
    CHECK(apart(run_rule(rescaled_guidance(classifier_free{3}, 0)), plain) < 1e-12);
    CHECK(apart(run_rule(limited(classifier_free{3}, 0, INFINITY)), plain) < 1e-12);
    CHECK(apart(run_rule(adaptive_projection_with_momentum({3, 1}, 0)), plain) < 1e-12);
    // the denoised estimate as the quantity is the prediction as the quantity, for affine rules
    CHECK(apart(run_rule(adaptive_projection{.w = 3, .eta = 1, .in = merged_in::prediction}),
                plain) < 1e-12);
    // of a network that predicts something else, adaptive projection has the same samples
    const auto of_velocity = [](auto in, auto out, const noise_level& l, guidance_rows rows) {
        uneven{}(in, out, l, rows);
        const auto v = convert(epsilon{}, velocity{}, l);
        for (std::size_t i = 0; i < out.size(); ++i)
            if (i < in.size()) out.data[i] = v.state * in.data[i] + v.output * out.data[i];
    };
    CHECK(apart(run_rule(adaptive_projection{4, 0.2, 1.5}),
                run(guided{predicts(velocity{}, of_velocity), adaptive_projection{4, 0.2, 1.5}})) <
          1e-11);
}

TEST_CASE("conventions of classifier-free guidance name the same estimates") {
    const std::vector<double> plain = run_rule(guidance_scale(3.5));
    CHECK(apart(run_rule(guidance_strength(2.5)), plain) == 0);
    CHECK(apart(run_rule(classifier_scale(3.5)), plain) == 0);
    CHECK(apart(run_rule(negative_prompt(2.5)), plain) < 1e-12);
    CHECK(apart(run_rule(composed(3.5)), plain) < 1e-12);
}

TEST_CASE("Gaussian branches merged by rows are the Gaussian of the merged mean") {
    // with all elements alike, eps_0 - eps_2 and eps_1 - eps_2 are parallel: nothing is left of the
    // negative condition
    const double merged_mean = 1.9 + 2 * (-0.7 - 1.9);
    const testing::branch_means<1> alone{{merged_mean}};
    CHECK(apart(run(guided{predicts(epsilon{}, three), perpendicular<>{2}}),
                run(predicts(epsilon{}, pointwise(testing::one_branch<1>{alone, 0})))) < 1e-11);
}

TEST_CASE("guidance in an interval asks for branch 0 alone elsewhere, and is it there") {
    std::vector<std::size_t> rows_seen;
    const auto counted = [&](auto in, auto out, const noise_level& l, guidance_rows rows) {
        rows_seen.push_back(in.samples);
        CHECK(in.samples == (2 - rows.left_out) * rows.conditioned);
        two(in, out, l, rows);
    };
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              guided{predicts(epsilon{}, counted), limited(classifier_free{3}, 0.5, 5)},
              solver::ddim{}};
    std::vector<double> x(samples * elements);
    s.generate(exec::cpp, batch(x, samples), {.steps = 8, .seed = 4});
    const auto levels = s.levels({.steps = 8});
    for (std::size_t k = 0; k < 8; ++k) {
        const double noise = levels[k].sigma_over_alpha();
        CHECK(rows_seen[k] == ((0.5 < noise && noise <= 5) ? 2 * samples : samples));
    }
    const auto plain = predicts(epsilon{}, pointwise(testing::one_branch<2>{two, 0}));
    CHECK(apart(run(guided{predicts(epsilon{}, two), limited(classifier_free{3}, 1e8, 1e9)}),
                run(plain)) < 1e-14);
    // labels and networks of branches that are left out
    std::vector<std::size_t> labels_seen;
    const auto labelled_net = [&](auto in, auto out, const noise_level& l,
                                  std::span<const int> labels) {
        labels_seen.push_back(labels.size());
        testing::branch_means<1> one{{0}};
        one(in, out, l, guidance_rows{in.samples});
    };
    run(guided{predicts(epsilon{}, labelled{labelled_net, std::vector<int>(samples, 1), 0}),
               limited(classifier_free{3}, 1e8, 1e9)},
        1);
    CHECK(labels_seen == std::vector<std::size_t>{samples});
    const auto of_branch = [](double mean) {
        return [mean](auto in, auto out, const noise_level& l) {
            testing::branch_means<1>{{mean}}(in, out, l, guidance_rows{in.samples});
        };
    };
    CHECK(apart(run(guided{predicts(epsilon{}, by_branch{of_branch(-0.7), of_branch(1.3)}),
                           limited(classifier_free{3}, 0.5, 5)}),
                run(guided{predicts(epsilon{}, two), limited(classifier_free{3}, 0.5, 5)})) == 0);
}

TEST_CASE("a row has the weight and the interval of its sample") {
    const std::vector<double> w{1, 4, -2}, low{0, 0.3, 0}, high{INFINITY, 2, 1};
    const std::vector<float> in_floats(w.begin(), w.end());
    const auto rows = run_rule(limited(adaptive_projection{w, 0.2, 2.}, low, high));
    CHECK(apart(rows, run_rule(limited(adaptive_projection{in_floats, 0.2, 2.}, low, high))) == 0);
    for (std::size_t i = 0; i < samples; ++i) {
        const auto alone = run_rule(limited(adaptive_projection{w[i], 0.2, 2.}, low[i], high[i]));
        for (std::size_t e = i * elements; e < (i + 1) * elements; ++e)
            CHECK(rows[e] == alone[e]);
    }
    const auto star = run_rule(zero_star{w}), by_sample = run_rule(tangential{w});
    for (std::size_t i = 0; i < samples; ++i)
        for (std::size_t e = i * elements; e < (i + 1) * elements; ++e) {
            CHECK(star[e] == run_rule(zero_star{w[i]})[e]);
            CHECK(by_sample[e] == run_rule(tangential{w[i]})[e]);
        }
}

TEST_CASE("constants that make no sense are refused") {
    const std::vector<double> short_list{1, 2}, bad{1, 2, NAN};
    check_refused<bad_argument>([] { run_rule(adaptive_projection{.bound = 0}); },
                                {"diffgen: adaptive_projection with the bound 0"});
    check_refused<bad_argument>([] { run_rule(adaptive_projection{.w = NAN}); }, {"w = nan"});
    check_refused<bad_shape>([&] { run_rule(zero_star{short_list}); },
                             {"diffgen: 2 numbers", "w of zero_star", "3 samples"});
    check_refused<bad_argument>([&] { run_rule(tangential{bad}); }, {"nan for sample 2"});
    check_refused<bad_argument>([] { run_rule(limited(classifier_free{2}, 3, 1)); },
                                {"diffgen: guidance limited", "from 3 to 1"});
    check_refused<bad_argument>([] { run_rule(magnitude_aware{2, -1}); }, {"alpha = -1"});
    check_refused<bad_argument>([] { run_rule(rescaled_guidance(classifier_free{2}, INFINITY)); },
                                {"rescaled_guidance with phi = inf"});
    check_refused<bad_argument>([] { run_rule(rescaled_guidance(classifier_free{NAN})); },
                                {"classifier_free with w = nan"});
}
