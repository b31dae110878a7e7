// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/by_group.hpp>
#include <diffgen/metrics/class_counts.hpp>
#include <diffgen/metrics/cosine_similarity.hpp>
#include <diffgen/metrics/features.hpp>
#include <diffgen/metrics/running_mean.hpp>
#include <diffgen/metrics/sample_set.hpp>

#include "check_refused.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using namespace diffgen::metrics;

TEST_CASE("mean, deviation and standard error, in parts and far from zero") {
    running_mean a, b;
    a.add(std::vector<double>{1e9 + 1});
    b.add(std::vector<double>{1e9 + 2, 1e9 + 6});
    a.merge(b);
    a.merge({});
    CHECK(a.count() == 3);
    CHECK(a.mean() == doctest::Approx(1e9 + 3).epsilon(1e-15));
    CHECK(a.deviation() == doctest::Approx(std::sqrt(7.0)).epsilon(1e-7));
    CHECK(a.standard_error() == doctest::Approx(std::sqrt(7.0 / 3)).epsilon(1e-7));
    check_refused<bad_argument>([] { (void)running_mean().mean(); }, {"0 values"});
    check_refused<non_finite>([&] { a.add(std::vector<double>{std::nan("")}); }, {"nan"});
}

TEST_CASE("kept samples are those that were added, in this order, to the bit") {
    const Eigen::MatrixXd x{{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}};
    sample_set a, b;
    a.add(x.leftCols(1));
    b.add(x.middleCols(1, 3));
    b.add(x.rightCols(1));
    a.merge(b);
    a.merge({});
    CHECK(a.samples() == x);
    b.merge(b);
    CHECK(b.samples() == x.rightCols(4).replicate(1, 2));
    check_refused<bad_shape>([&] { a.add(Eigen::MatrixXd::Zero(3, 1)); }, {"3 elements, not 2"});
}

TEST_CASE("cosines of pairs, whatever their lengths") {
    const Eigen::MatrixXd a{{1, 1e-200, 3}, {0, 0, 4}}, b{{2, -5, 1e200}, {0, 0, 0}};
    const Eigen::VectorXd cosines = cosine_similarities(a, b);
    CHECK(cosines(0) == 1);
    CHECK(cosines(1) == -1);
    CHECK(cosines(2) == doctest::Approx(0.6).epsilon(1e-15));
    check_refused<bad_argument>([&] { cosine_similarities(a, Eigen::MatrixXd::Zero(2, 3)); },
                                {"pair 0 is zero"});
    check_refused<bad_shape>([&] { cosine_similarities(a, b.leftCols(2)); },
                             {"2 embeddings, not 3"});
}

TEST_CASE("every group has a measure of its own, and the gap between them is known") {
    by_group<running_mean> a, b;
    a.add(std::vector<int>{7, -1, 7}, std::vector<double>{1, 10, 3});
    b.add(std::vector<int>{-1}, std::vector<double>{20});
    a.merge(b);
    a.merge(b);
    CHECK(a.groups().size() == 2);
    CHECK(a.groups().at(7).mean() == 2);
    CHECK(a.groups().at(-1).count() == 3);
    CHECK(a.gap([](const running_mean& m) { return m.mean(); }) ==
          doctest::Approx(50.0 / 3 - 2).epsilon(1e-14));

    by_group<class_counts> labels(class_counts(3));
    labels.add(std::vector<int>{0, 1, 0}, std::vector<int>{2, 2, 1});
    CHECK(labels.groups().at(0).shares() == std::vector<double>{0, 0.5, 0.5});

    by_group<sample_set> samples;
    samples.add(std::vector<int>{1, 0, 1}, Eigen::MatrixXd{{1, 2, 3}, {4, 5, 6}});
    CHECK(samples.groups().at(1).samples() == Eigen::MatrixXd{{1, 3}, {4, 6}});

    check_refused<bad_shape>(
        [&] {
            a.add(std::vector<int>{1}, std::vector<double>{1, 2});
        },
        {"1 groups, but 2 values"});
    check_refused<bad_argument>(
        [] { (void)by_group<running_mean>().gap([](const auto&) { return 0.0; }); }, {"no groups"});
}

TEST_CASE("any callable extracts features, block by block") {
    const Eigen::MatrixXd x = Eigen::MatrixXd::Random(3, 700);
    sample_set all;
    int calls = 0;
    const auto lengths = [&](const sample_matrix& samples) -> Eigen::MatrixXd {
        ++calls;
        return samples.colwise().squaredNorm();
    };
    for_features(lengths, x, [&](const Eigen::MatrixXd& f) { all.add(f); });
    CHECK(calls == 3);
    CHECK(all.samples() == Eigen::MatrixXd(x.colwise().squaredNorm()));
    check_refused<bad_shape>(
        [&] {
            for_features([](const sample_matrix& s) -> Eigen::MatrixXd { return s.leftCols(1); }, x,
                         [](const Eigen::MatrixXd&) {});
        },
        {"1 columns of features of 256 samples"});
}
