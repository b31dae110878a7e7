// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Guidance by any number of branches: weights of 0 and 1 leave one branch to the bit, Gaussian
// branches are merged to a Gaussian that is known, and the rows of a solver see each branch.

#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/guidance/weighted.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ddim.hpp>

#include "branch_means.hpp"
#include "check_refused.hpp"
#include "compare.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

using namespace diffgen;

namespace {

const testing::branch_means<3> three{{-0.7, 0.4, 1.9}};
constexpr std::size_t samples = 7, elements = 5;

template <class T = double, class Predictor, class Solver = solver::ancestral>
std::vector<T> run(Predictor p, const Solver& solver = {}, int steps = 6) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, std::move(p), solver};
    std::vector<T> x(samples * elements);
    s.generate(exec::cpp, batch(x, samples), {.steps = steps, .seed = 4});
    return x;
}
template <class T = double, class Solver = solver::ancestral>
std::vector<T> run_of_mean(double mean, const Solver& solver = {}) {
    return run<T>(predicts(epsilon{}, pointwise(testing::one_branch<1>{{{mean}}, 0})), solver);
}
template <class T>
std::vector<T> run_of_branch(int b) {
    return run<T>(predicts(epsilon{}, pointwise(testing::one_branch<3>{three, b})));
}

}  // namespace

TEST_CASE_TEMPLATE("weights of 0 and 1 leave a single branch, to the bit", T, float, double) {
    for (int b = 0; b < 3; ++b) {
        CAPTURE(b);
        weighted<3> rule{{0, 0, 0}};
        rule.weights[b] = 1;
        CHECK(run<T>(guided{predicts(epsilon{}, pointwise(three)), rule}) == run_of_branch<T>(b));
        CHECK(run<T>(guided{predicts(epsilon{}, three), rule}) == run_of_branch<T>(b));
    }
    for (int w = 0; w < 2; ++w) {
        const classifier_free rule{static_cast<double>(w)};
        CHECK(run<T>(guided{predicts(epsilon{}, pointwise(three)), rule}) ==
              run_of_branch<T>(1 - w));
    }
}

TEST_CASE("the rules of papers have one branch where they say so") {
    const auto is = [](const weighted<3>& rule, int b) {
        for (int i = 0; i < 3; ++i)
            if (rule.weights[i] != (i == b ? 1 : 0)) return false;
        return true;
    };
    CHECK(is(instruct_pix2pix(1, 1), 0));
    CHECK(is(instruct_pix2pix(1, 0), 1));
    CHECK(is(instruct_pix2pix(0, 0), 2));
    CHECK(is(autoguided(1, 1), 0));
    CHECK(is(autoguided(0, 1), 1));
    CHECK(is(autoguided(1, 0), 2));
    CHECK(is(composed(1, 0), 0));
    CHECK(is(composed(0, 1), 1));
    CHECK(is(composed(0, 0), 2));
}

TEST_CASE("Gaussian branches are merged to the Gaussian of the merged mean") {
    // Brooks et al. 2023, eq. 3: none + s_I (image - none) + s_T (both - image)
    const double both = three.means[0], image = three.means[1], none = three.means[2];
    const auto check = [](auto rule, double mean) {
        for (const bool fused : {false, true}) {
            const auto found = fused ? run(guided{predicts(epsilon{}, pointwise(three)), rule})
                                     : run(guided{predicts(epsilon{}, three), rule});
            CHECK(testing::largest_difference(found, run_of_mean(mean)) < 1e-12);
        }
    };
    check(instruct_pix2pix(1.5, 7.5), none + 1.5 * (image - none) + 7.5 * (both - image));
    // Liu et al. 2022, eq. 11: none + sum w_i (c_i - none)
    check(composed(2, 0.5), none + 2 * (both - none) + 0.5 * (image - none));
    // Karras et al. 2024, eq. 3, beside classifier-free guidance
    check(autoguided(3, 1.8), both + (3 - 1) * (both - image) + (1.8 - 1) * (both - none));
    check(weighted{0.2, 0.3, 0.5}, 0.2 * both + 0.3 * image + 0.5 * none);
    check(classifier_free{2.5}, image + 2.5 * (both - image));
}

TEST_CASE("any number of branches") {
    const testing::branch_means<6> six{{1, -2, 3, -4, 5, -6}};
    const weighted rule{2, 1, 0.5, -1, -1, -0.5};
    double mean = 0;
    for (std::size_t b = 0; b < 6; ++b)
        mean += rule.weights[b] * six.means[b];
    CHECK(testing::largest_difference(run(guided{predicts(epsilon{}, six), rule}),
                                      run_of_mean(mean)) < 1e-11);
    CHECK(testing::largest_difference(run(guided{predicts(epsilon{}, pointwise(six)), rule}),
                                      run_of_mean(mean)) < 1e-11);
}

TEST_CASE("weights that make no sense are refused") {
    const auto make = [](auto rule) { run(guided{predicts(epsilon{}, three), rule}); };
    check_refused<bad_argument>(
        [&] {
            make(weighted{1., 1., -0.5});
        },
        {"diffgen: ", "3 branches", "add up to 1.5"});
    check_refused<bad_argument>([&] { make(weighted{1., NAN, 0.}); }, {"diffgen: ", "nan"});
}

namespace {

/// x' = 0.9 x + sum_b (b + 1) / 10 D_of(b) + 0.2 D + z / 10: a row that sees each branch.
template <int Branches>
struct sees_branches {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;
    static constexpr int branches = Branches;

    [[nodiscard]] static int stages(const step&) { return 1; }
    [[nodiscard]] static stage plan(const step& s, int) {
        using namespace symbol;
        linear_form next = 0.9 * x + 0.2 * D + 0.1 * z;
        for (int b = 0; b < Branches; ++b)
            next += 0.1 * (b + 1) * D_of(b);
        stage out = evaluation_stage(s.from());
        out.draws = 1;
        return out.write(0, next);
    }
};

struct hides_branches : sees_branches<3> {
    static constexpr int branches = 2;
};

/// The same written out, on one element: D_b = (x - sigma eps_b) / alpha.
std::vector<double> by_hand(int branches, const weighted<3>& rule, double low, double high) {
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(epsilon{}, three), solver::ddim{}};
    const auto levels = s.levels({.steps = 6});
    std::vector<double> x(samples * elements);
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = levels[0].sigma * noise::philox{4}.normal<double>(noise::stream::prior, 0, i);
        for (std::uint32_t k = 0; k < 6; ++k) {
            const noise_level& l = levels[k];
            double next =
                0.9 * x[i] + 0.1 * noise::philox{4}.normal<double>(noise::stream::solver, k, i);
            double merged = 0;
            for (int b = 0; b < 3; ++b) {
                const double eps = three(x[i], cast_level<double>(l), guidance_branch{b});
                const double d = (x[i] - l.sigma * eps) / l.alpha;
                merged += rule.weights[b] * d;
                if (b < branches) next += 0.1 * (b + 1) * d;
            }
            x[i] = next + 0.2 * std::min(high, std::max(low, merged));
        }
    }
    return x;
}

}  // namespace

TEST_CASE("a row sees the estimate of each branch, before the merge and before a hook") {
    const weighted<3> rule = instruct_pix2pix(1.5, 3);
    const auto check = [&](auto predictor, double bound) {
        CHECK(testing::largest_difference(run(predictor, sees_branches<3>{}),
                                          by_hand(3, rule, -bound, bound)) < 1e-12);
        CHECK(testing::largest_difference(run(predictor, sees_branches<2>{}),
                                          by_hand(2, rule, -bound, bound)) < 1e-12);
    };
    check(guided{predicts(epsilon{}, pointwise(three)), rule}, INFINITY);
    check(guided{predicts(epsilon{}, three), rule}, INFINITY);
    check(clipped{guided{predicts(epsilon{}, pointwise(three)), rule}, -0.5, 0.5}, 0.5);
    check(clipped{guided{predicts(epsilon{}, three), rule}, -0.5, 0.5}, 0.5);
}

TEST_CASE("a predictor without guidance has one branch, its estimate") {
    const auto plain = predicts(epsilon{}, pointwise(testing::one_branch<3>{three, 1}));
    const auto alone = guided{predicts(epsilon{}, pointwise(three)), weighted<3>{{0, 1, 0}}};
    struct both : sees_branches<1> {
        [[nodiscard]] static stage plan(const step& s, int) {
            stage out = sees_branches<1>::plan(s, 0);
            out.updates[0].form.branches[0] = 0;
            out.updates[0].form.denoised += 0.1;
            return out;
        }
    };
    CHECK(testing::largest_difference(run(plain, sees_branches<1>{}), run(plain, both{})) < 1e-13);
    CHECK(testing::largest_difference(run(plain, both{}), run(alone, both{})) < 1e-13);
}

TEST_CASE("a solver that names a branch which it does not declare is refused") {
    const auto predictor = guided{predicts(epsilon{}, three), instruct_pix2pix(1, 2)};
    check_refused<bad_argument>([&] { run(predictor, hides_branches{}); },
                                {"diffgen: ", "a branch that is not there", "branches = 2"});
    check_refused<bad_argument>([] { static_cast<void>(symbol::D_of(max_branches)); },
                                {"diffgen: symbol::D_of(3)", "0 to 2"});
}
