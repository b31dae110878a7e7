// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/ranking.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;
using metrics::ranking;

namespace {

ranking of(const std::vector<double>& scores, const std::vector<int>& labels) {
    ranking result;
    result.add(scores, labels);
    return result;
}

}  // namespace

TEST_CASE("scores with ties, worked out by hand") {
    // Pairs of a 1 with a 0: 5 > 3, 5 > 1, 3 = 3, 3 > 1: 3.5 of 4.
    const ranking r = of({5, 3, 3, 1}, {1, 0, 1, 0});
    CHECK(r.auroc() == 3.5 / 4);
    // Thresholds 5 (precision 1, recall 1/2), 3 (precision 2/3, recall 1).
    CHECK(r.average_precision() == doctest::Approx(0.5 + 0.5 * 2 / 3).epsilon(1e-15));
}

TEST_CASE("perfect, reversed and constant scores") {
    CHECK(of({4, 3, 2, 1}, {1, 1, 0, 0}).auroc() == 1);
    CHECK(of({4, 3, 2, 1}, {1, 1, 0, 0}).average_precision() == 1);
    CHECK(of({4, 3, 2, 1}, {0, 0, 1, 1}).auroc() == 0);
    CHECK(of({7, 7, 7, 7, 7}, {0, 1, 0, 0, 1}).auroc() == 0.5);
    CHECK(of({7, 7, 7, 7, 7}, {0, 1, 0, 0, 1}).average_precision() == 0.4);
}

TEST_CASE("any increasing function of the scores gives the same, a change of sign the opposite") {
    const std::vector<int> labels{1, 0, 0, 1, 1, 0, 1};
    const std::vector<double> scores{0.3, -1, 0.2, 2, -0.5, 0.3, 4};
    std::vector<double> grown, turned;
    for (const double s : scores) {
        grown.push_back(std::exp(s));
        turned.push_back(-s);
    }
    CHECK(of(grown, labels).auroc() == of(scores, labels).auroc());
    CHECK(of(grown, labels).average_precision() == of(scores, labels).average_precision());
    CHECK(of(turned, labels).auroc() == doctest::Approx(1 - of(scores, labels).auroc()));
}

TEST_CASE("merged parts rank as the whole, to the bit") {
    ranking a = of({5, 3}, {1, 0});
    a.merge(of({1, 3}, {0, 1}));
    CHECK(a.auroc() == of({5, 3, 3, 1}, {1, 0, 1, 0}).auroc());
    CHECK(a.average_precision() == of({5, 3, 3, 1}, {1, 0, 1, 0}).average_precision());
    a.merge(a);
    CHECK(a.auroc() == 3.5 / 4);
}

TEST_CASE("the curves by hand, with a tie, and their areas") {
    ranking ranked;
    ranked.add(std::vector<double>{3, 2, 2, 1, 0}, std::vector<int>{1, 1, 0, 0, 1});
    const auto rates = ranked.characteristic();
    REQUIRE(rates.size() == 5);
    const double of_zeros[] = {0, 0, 0.5, 1, 1}, of_ones[] = {0, 1. / 3, 2. / 3, 2. / 3, 1};
    double area = 0;
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(rates[i].of_zeros == of_zeros[i]);
        CHECK(rates[i].of_ones == of_ones[i]);
        if (i > 0) area += (of_zeros[i] - of_zeros[i - 1]) * (of_ones[i] + of_ones[i - 1]) / 2;
    }
    CHECK(area == doctest::Approx(ranked.auroc()).epsilon(1e-15));

    const auto curve = ranked.precision_and_recall_curve();
    REQUIRE(curve.size() == 5);
    const double precision[] = {0.6, 0.5, 2. / 3, 1, 1}, recall[] = {1, 2. / 3, 2. / 3, 1. / 3, 0};
    double steps = 0;
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(curve[i].precision == precision[i]);
        CHECK(curve[i].recall == recall[i]);
        if (i > 0) steps += (recall[i - 1] - recall[i]) * precision[i - 1];
    }
    CHECK(steps == doctest::Approx(ranked.average_precision()).epsilon(1e-15));
}

TEST_CASE("bad scores and labels are refused") {
    check_refused<bad_shape>([] { of({1, 2}, {1}); }, {"2 scores, but 1 labels"});
    check_refused<bad_argument>([] { of({1, 2}, {1, 2}); }, {"label 1 is 2"});
    check_refused<non_finite>([] { of({1, HUGE_VAL}, {1, 0}); }, {"score value 1"});
    check_refused<bad_argument>(
        [] {
            (void)of({1, 2}, {1, 1}).auroc();
        },
        {"2 scores of label 1 and 0 of label 0"});
    check_refused<bad_argument>([] { (void)of({1}, {0}).average_precision(); }, {"0 scores"});
}
