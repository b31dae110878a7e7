// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/precision_recall.hpp>

#include "bad_samples.hpp"
#include "golden.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

using namespace diffgen;
using metrics::manifold_scores;
using metrics::precision_recall;

namespace {

/// The definition, pair by pair.
manifold_scores by_definition(const Eigen::MatrixXd& x, const Eigen::MatrixXd& y, Eigen::Index k) {
    const auto radius = [k](const Eigen::MatrixXd& set, Eigen::Index i) {
        std::vector<double> others;
        for (Eigen::Index j = 0; j < set.cols(); ++j) {
            if (j != i) others.push_back((set.col(i) - set.col(j)).squaredNorm());
        }
        std::sort(others.begin(), others.end());
        return others[static_cast<std::size_t>(k - 1)];
    };
    manifold_scores scores{0, 0, 0, 0};
    std::vector<bool> precise(static_cast<std::size_t>(y.cols()));
    for (Eigen::Index i = 0; i < x.cols(); ++i) {
        bool recalled = false;
        bool covered = false;
        for (Eigen::Index j = 0; j < y.cols(); ++j) {
            const double distance = (x.col(i) - y.col(j)).squaredNorm();
            if (distance < radius(x, i)) {
                precise[static_cast<std::size_t>(j)] = covered = true;
                scores.density += 1;
            }
            recalled = recalled || distance < radius(y, j);
        }
        scores.recall += recalled;
        scores.coverage += covered;
    }
    scores.precision = double(std::count(precise.begin(), precise.end(), true)) / double(y.cols());
    scores.recall /= double(x.cols());
    scores.density /= double(k * y.cols());
    scores.coverage /= double(x.cols());
    return scores;
}

void check_equal(const manifold_scores& a, const manifold_scores& b) {
    CHECK(a.precision == doctest::Approx(b.precision).epsilon(1e-12));
    CHECK(a.recall == doctest::Approx(b.recall).epsilon(1e-12));
    CHECK(a.density == doctest::Approx(b.density).epsilon(1e-12));
    CHECK(a.coverage == doctest::Approx(b.coverage).epsilon(1e-12));
}

/// Points of a grid of integers, many of them at equal distances: a linear congruential sequence.
Eigen::MatrixXd integer_points(Eigen::Index count, unsigned seed) {
    return Eigen::MatrixXd::NullaryExpr(2, count, [&] {
        seed = seed * 1664525u + 1013904223u;
        return double(seed >> 28);
    });
}

}  // namespace

TEST_CASE("golden precision, recall, density and coverage") {
    const auto cases = golden::cases("precision_recall");
    REQUIRE(cases.size() == 4);
    for (const auto& each : cases) {
        const auto& expected = each.at("expected");
        check_equal(
            precision_recall(golden::samples(each, "real"), golden::samples(each, "generated"),
                             each.at("params").get<Eigen::Index>("k")),
            {expected.get<double>("precision"), expected.get<double>("recall"),
             expected.get<double>("density"), expected.get<double>("coverage")});
    }
}

TEST_CASE("more samples than a block, with ties, far from the origin: as by definition") {
    // Integers keep every distance exact, so that ties fall the same way.
    const Eigen::MatrixXd x = integer_points(300, 1).array() + 1e6;
    const Eigen::MatrixXd y = integer_points(270, 2).array() + 1e6 + 1;
    for (const Eigen::Index k : {1, 3})
        check_equal(precision_recall(x, y, k), by_definition(x, y, k));
}

TEST_CASE("a line worked out by hand: balls are open") {
    // k = 1: the real balls have radii 1, 1 and 6, the generated ones 4 and 4.
    const Eigen::MatrixXd x{{0, 1, 7}};
    const Eigen::MatrixXd y{{2, -2}};
    // 2 lies inside the third real ball and on the edge of the second; -2 lies in none.
    // 0 and 1 lie within 4 of 2; 7 lies in no generated ball.
    check_equal(precision_recall(x, y, 1), {0.5, 2.0 / 3, 0.5, 1.0 / 3});
}

TEST_CASE("sets far apart score nothing, a set against itself all") {
    const Eigen::MatrixXd x = golden::samples(golden::cases("precision_recall").front(), "real");
    const Eigen::MatrixXd far = x.array() + 1e3;
    check_equal(precision_recall(x, far), {0, 0, 0, 0});
    const manifold_scores same = precision_recall(x, x);
    CHECK(same.precision == 1);
    CHECK(same.recall == 1);
    CHECK(same.coverage == 1);
}

TEST_CASE("distances that differ by less than float tells are still told apart") {
    // Points of a line whose gaps differ by 1e-9: the ball of 0 has radius 1, and 1 - 1e-9 is
    // inside, 1 + 1e-9 outside. The scale of the samples makes no difference.
    for (const double scale : {1.0, 1e-120, 1e120}) {
        const Eigen::MatrixXd x = scale * Eigen::MatrixXd{{0, 1, 1e3, 1e3 + 1}};
        const Eigen::MatrixXd inside = scale * Eigen::MatrixXd{{-1 + 1e-9, 1e6}};
        const Eigen::MatrixXd outside = scale * Eigen::MatrixXd{{-1 - 1e-9, 1e6}};
        CHECK(precision_recall(x, inside, 1).precision == 0.5);
        CHECK(precision_recall(x, outside, 1).precision == 0);
    }
}

TEST_CASE("a generator that makes one sample only") {
    const Eigen::MatrixXd x = integer_points(60, 1);
    const Eigen::MatrixXd y = Eigen::MatrixXd::Constant(2, 50, 7.25);
    check_equal(precision_recall(x, y, 3), by_definition(x, y, 3));
    CHECK(precision_recall(x, y, 3).recall == 0);
}

TEST_CASE("parts of the generated samples, merged, give the bits of the whole") {
    const Eigen::MatrixXd x = integer_points(300, 1), y = integer_points(400, 2);
    const auto radii = [](const Eigen::MatrixXd& set) {
        metrics::nearest_neighbours first(set, 4), second(set, 4);
        first.add(set.leftCols(111));
        second.add(set.rightCols(set.cols() - 111));
        second.merge(first);
        return Eigen::VectorXd(second.squared_distances().row(3).transpose());
    };
    const Eigen::VectorXd of_y = radii(y);
    metrics::manifold_counts some(x, radii(x), 3), rest(some);
    some.add(y.leftCols(57), of_y.head(57));
    rest.add(y.rightCols(343), of_y.tail(343));
    some.merge(rest);
    const manifold_scores whole = precision_recall(x, y, 3), merged = some.scores();
    CHECK(merged.precision == whole.precision);
    CHECK(merged.recall == whole.recall);
    CHECK(merged.density == whole.density);
    CHECK(merged.coverage == whole.coverage);
}

TEST_CASE("progress is reported, and false cancels") {
    const Eigen::MatrixXd x = integer_points(300, 1), y = integer_points(270, 2);
    std::int64_t calls = 0;
    precision_recall(x, y, 3, [&](const metrics::progress& p) {
        CHECK(p.done == ++calls);
        CHECK(p.total == 6);
        return true;
    });
    CHECK(calls == 6);
    check_refused<metrics::cancelled>(
        [&] { precision_recall(x, y, 3, [](const metrics::progress&) { return false; }); },
        {"after 1 of 6"});
}

TEST_CASE("bad samples are refused") {
    check_refuses_bad_samples([](const Eigen::MatrixXd& x,
                                 const Eigen::MatrixXd& y) { return precision_recall(x, y, 3); },
                              4);
    const Eigen::MatrixXd x = Eigen::MatrixXd::Identity(3, 3);
    check_refused<bad_argument>([&] { precision_recall(x, x, 0); }, {"k is 0, not >= 1"});
}
