// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/inception_score.hpp>

#include "bad_samples.hpp"
#include "golden.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using metrics::inception_score;

TEST_CASE("golden inception scores") {
    const auto cases = golden::cases("inception_score");
    REQUIRE(cases.size() == 4);
    for (const auto& each : cases) {
        const auto score = inception_score(golden::samples(each, "probabilities"),
                                           each.at("params").get<Eigen::Index>("splits"));
        CHECK(score.mean ==
              doctest::Approx(each.at("expected").get<double>("mean")).epsilon(1e-12));
        CHECK(std::abs(score.deviation - each.at("expected").get<double>("std")) < 1e-12);
    }
}

TEST_CASE("certain classes score their number, unsure ones 1") {
    CHECK(inception_score(Eigen::MatrixXd::Identity(7, 7)).mean ==
          doctest::Approx(7).epsilon(1e-14));
    const auto unsure = inception_score(Eigen::MatrixXd::Constant(4, 10, 0.25), 5);
    CHECK(unsure.mean == doctest::Approx(1).epsilon(1e-14));
    CHECK(std::abs(unsure.deviation) < 1e-14);
}

TEST_CASE("parts of unequal size cover all samples once") {
    // Of five samples in two parts the first two are alike (score 1), the other three all differ
    // (3).
    Eigen::MatrixXd p = Eigen::MatrixXd::Zero(3, 5);
    p(0, 0) = p(0, 1) = p(0, 2) = p(1, 3) = p(2, 4) = 1;
    const auto score = inception_score(p, 2);
    CHECK(score.mean == doctest::Approx(2).epsilon(1e-14));
    CHECK(score.deviation == doctest::Approx(1).epsilon(1e-14));
}

TEST_CASE("chunks, merged, score as the whole") {
    const auto p = golden::samples(golden::cases("inception_score").front(), "probabilities");
    metrics::inception_accumulator some, rest, none;
    some.add(p.leftCols(11));
    rest.add(p.rightCols(p.cols() - 11));
    none.merge(some);
    none.merge(rest);
    none.merge({});
    CHECK(none.score() == doctest::Approx(inception_score(p).mean).epsilon(1e-14));
    check_refused<bad_argument>([] { (void)metrics::inception_accumulator().score(); },
                                {"no probabilities"});
    check_refused<bad_shape>([&] { some.add(Eigen::MatrixXd::Identity(3, 3)); },
                             {"has 3 classes, not 10"});
}

TEST_CASE("what are no probabilities is refused") {
    Eigen::MatrixXd p = Eigen::MatrixXd::Constant(2, 3, 0.5);
    check_refused<bad_argument>([&] { inception_score(p, 0); }, {"splits is 0"});
    check_refused<bad_argument>([&] { inception_score(p, 4); }, {"3 probability samples"});
    p.col(1) << 1.5, -0.5;
    check_refused<bad_argument>([&] { inception_score(p); },
                                {"sample 1 sum to 1 and the least is -0.5"});
    p.col(1) << 0.5, 0.6;
    check_refused<bad_argument>([&] { inception_score(p); }, {"sample 1 sum to 1.1"});
    p(0, 2) = std::nan("");
    check_refused<non_finite>([&] { inception_score(p); }, {"sample 2"});
}
