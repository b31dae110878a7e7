// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// How a network is told of its conditions: by rows, by branches, by networks of their own, by
// stages.

#include <diffgen/core/lanes.hpp>
#include <diffgen/guidance/by_branch.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/guidance/labelled.hpp>
#include <diffgen/guidance/weighted.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ddim.hpp>

#include "branch_means.hpp"
#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

using namespace diffgen;

namespace {

const testing::branch_means<3> three{{-0.7, 0.4, 1.9}};
constexpr std::size_t samples = 7, elements = 5;

template <class Predictor, class Solver = solver::ancestral>
std::vector<double> run(Predictor p, const Solver& solver = {}, int steps = 6) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, std::move(p), solver};
    std::vector<double> x(samples * elements);
    s.generate(exec::cpp, batch(x, samples), {.steps = steps, .seed = 4});
    return x;
}

/// Branch b as a network of its own, which must be given one row for each sample.
struct alone {
    int branch;

    void operator()(batch_view<const double> in, batch_view<double> out,
                    const noise_level& l) const {
        CHECK(in.samples == samples);
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = three(in.data[i], cast_level<double>(l), guidance_branch{branch});
    }
    void operator()(batch_view<const double> in, batch_view<double> out,
                    std::span<const noise_level> l) const {
        CHECK(in.samples == l.size());
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] =
                three(in.data[i], cast_level<double>(l[i / in.elements]), guidance_branch{branch});
    }
};

}  // namespace

TEST_CASE("a network for each branch: the rows of each, once") {
    const auto rule = instruct_pix2pix(1.5, 7.5);
    CHECK(run(guided{predicts(epsilon{}, by_branch{alone{0}, alone{1}, alone{2}}), rule}) ==
          run(guided{predicts(epsilon{}, three), rule}));
    // where samples have levels of their own, too
    const std::vector<double> times{0.9, 0.5, 0.9, 0.4, 0.3, 0.9, 0.6};
    const auto from_times = [&](auto p) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, p, solver::ddim{}};
        std::vector<double> x(samples * elements, 0.3);
        s.generate_from(exec::cpp, times, batch(x, samples), {.steps = 4});
        return x;
    };
    CHECK(from_times(guided{predicts(epsilon{}, by_branch{alone{0}, alone{1}, alone{2}}), rule}) ==
          from_times(guided{predicts(epsilon{}, three), rule}));
    check_refused<bad_shape>(
        [&] {
            run(guided{predicts(epsilon{}, by_branch{alone{0}, alone{1}}), rule});
        },
        {"diffgen: by_branch{...} of 2 networks", "21 rows of 7 samples"});
}

TEST_CASE("labels of every branch, and labels that change between two runs") {
    std::vector<int> seen;
    auto net = [&seen](auto, auto out, const noise_level&, std::span<const int> labels) {
        seen.assign(labels.begin(), labels.end());
        for (std::size_t i = 0; i < out.size(); ++i)
            out.data[i] = 0;
    };
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              clipped{guided{
                  predicts(epsilon{},
                           labelled{net, std::vector<std::vector<int>>{{1, 2}, {3, 4}, {0, 0}}}),
                  instruct_pix2pix(1, 2)}},
              solver::ddim{}};
    std::vector<double> x(4);
    s.generate(exec::cpp, batch(x, 2), {.steps = 1});
    CHECK(seen == std::vector{1, 2, 3, 4, 0, 0});
    s.predictor.network().labels()[1] = 8;
    s.predictor.network().labels(2)[0] = 9;
    s.generate(exec::cpp, batch(x, 2), {.steps = 1});
    CHECK(seen == std::vector{1, 8, 3, 4, 9, 0});
    check_refused<bad_argument>([&] { static_cast<void>(s.predictor.network().labels(3)); },
                                {"diffgen: the labels of branch 3 of 3"});
    check_refused<bad_shape>(
        [&] {
            labelled(net, std::vector<std::vector<int>>{{1, 2}, {3}});
        },
        {"diffgen: labelled", "1 labels in one branch and 2 in the first"});
}

namespace {

/// Two evaluations a step under conditions of their own: D_1 of the first, D_2 of the second.
struct two_conditions {
    static constexpr int registers = 2;
    static constexpr int rows = 1;
    static constexpr int draws = 0;

    [[nodiscard]] static int stages(const step&) { return 2; }
    [[nodiscard]] static stage plan(const step& s, int j) {
        using namespace symbol;
        if (j == 0) return evaluation_stage(s.from()).under(1).write(1, D);
        return evaluation_stage(s.from()).under(2).write(0, 0.5 * (x - reg(1)) + 2 * D);
    }
};

/// D is 10 under condition 1 and 100 under condition 2, wherever the sample is.
struct two_answers {
    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V&, const level_of<S>& l) const {
        return broadcast<V>(l.condition == 1 ? S(10) : S(100));
    }
};

}  // namespace

TEST_CASE("a stage says under which condition the network is asked") {
    const auto net = [](auto in, auto out, const noise_level& l) {
        for (std::size_t i = 0; i < out.size(); ++i)
            out.data[i] = two_answers{}(in.data[i], cast_level<double>(l));
    };
    for (const auto& x :
         {run(predicts(denoised{}, net), two_conditions{}, 1),
          run(predicts(denoised{}, pointwise(two_answers{})), two_conditions{}, 1)}) {
        const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                        predicts(denoised{}, net), two_conditions{}};
        const double first = s.levels({.steps = 1}).front().sigma;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double z = noise::philox{4}.normal<double>(noise::stream::prior, 0, i);
            CHECK(std::fabs(x[i] - (0.5 * (first * z - 10) + 200)) < 1e-12);
        }
    }
}
