// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/frechet_distance.hpp>

#include "bad_samples.hpp"
#include "golden.hpp"

#include <Eigen/Core>
#include <Eigen/SVD>
#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using metrics::frechet_distance;
using metrics::gaussian_statistics;

namespace {

/// tr (S S_g)^{1/2} is the nuclear norm of A'B for S = A A', S_g = B B'; here A and B are the
/// centred samples themselves and all is long double, so that nothing is lost where covariances
/// have no full rank.
double distance_by_nuclear_norm(const Eigen::MatrixXd& x, const Eigen::MatrixXd& y) {
    using matrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
    const auto mean = [](const Eigen::MatrixXd& of) {
        return matrix(of.cast<long double>().rowwise().mean());
    };
    const auto factor = [&](const Eigen::MatrixXd& of) {
        const matrix centred = of.cast<long double>().colwise() - mean(of).col(0);
        return matrix(centred / std::sqrt(static_cast<long double>(of.cols() - 1)));
    };
    const matrix a = factor(x);
    const matrix b = factor(y);
    const Eigen::JacobiSVD<matrix> product(a.transpose() * b);
    return static_cast<double>((mean(x) - mean(y)).squaredNorm() + a.squaredNorm() +
                               b.squaredNorm() - 2 * product.singularValues().sum());
}

}  // namespace

TEST_CASE("golden Frechet distances") {
    const auto cases = golden::cases("frechet_distance");
    REQUIRE(cases.size() == 4);
    for (const auto& each : cases) {
        const Eigen::MatrixXd x = golden::samples(each, "x");
        const Eigen::MatrixXd y = golden::samples(each, "y");
        const double value = frechet_distance(x, y);
        CHECK(value == doctest::Approx(distance_by_nuclear_norm(x, y)).epsilon(1e-13));
        // With fewer samples than dimensions the golden value holds the square roots of eigenvalues
        // that are only rounding: it is 2.4e-9 below the exact one.
        const double tolerance = x.cols() > x.rows() ? 1e-12 : 5e-9;
        const double expected = each.at("expected").get<double>("value");
        CHECK(value == doctest::Approx(expected).epsilon(tolerance));
    }
}

TEST_CASE("Gaussians whose distance is known in closed form") {
    // Equal axes: |mu - mu_g|^2 + sum (sqrt(l_i) - sqrt(m_i))^2 = 9 + 16 + (2 - 1)^2 + (3 - 5)^2.
    const gaussian_statistics a(Eigen::Vector2d(1, 2), Eigen::Vector2d(4, 9).asDiagonal());
    const gaussian_statistics b(Eigen::Vector2d(4, -2), Eigen::Vector2d(1, 25).asDiagonal());
    CHECK(frechet_distance(a, b) == doctest::Approx(30).epsilon(1e-14));
    // A point against a Gaussian: the trace of its covariance.
    const gaussian_statistics point(Eigen::Vector2d(1, 2), Eigen::Matrix2d::Zero());
    CHECK(frechet_distance(a, point) == doctest::Approx(13).epsilon(1e-14));
    // In 2-D tr (P)^{1/2} = sqrt(tr P + 2 sqrt(det P)); here S S_g = [[2, 1], [1, 2]] [[3, 0], [0,
    // 1]] has trace 8 and determinant 9, so the distance is 4 + 4 - 2 sqrt(14).
    const Eigen::Matrix2d s{{2, 1}, {1, 2}};
    const Eigen::Matrix2d s_g = Eigen::Vector2d(3, 1).asDiagonal();
    const Eigen::Vector2d zero = Eigen::Vector2d::Zero();
    CHECK(frechet_distance(gaussian_statistics(zero, s), gaussian_statistics(zero, s_g)) ==
          doctest::Approx(8 - 2 * std::sqrt(14.0)).epsilon(1e-14));
}

TEST_CASE("the distance of a set to itself is zero and the order does not matter") {
    const auto each = golden::cases("frechet_distance").back();
    const Eigen::MatrixXd x = golden::samples(each, "x");
    const Eigen::MatrixXd y = golden::samples(each, "y");
    CHECK(std::abs(frechet_distance(x, x)) < 1e-12 * gaussian_statistics(x).covariance().trace());
    CHECK(frechet_distance(x, y) == doctest::Approx(frechet_distance(y, x)).epsilon(1e-13));
}

TEST_CASE("covariances whose product has no real root in floating point give a real distance") {
    // The product of two covariances of low rank has eigenvalues that are zero; rounding makes some
    // of them negative, and a general matrix root then has imaginary parts.
    const auto each = golden::cases("frechet_distance").back();
    const Eigen::MatrixXd wide = golden::samples(each, "x");
    for (const Eigen::Index count : {2, 3, 5}) {
        const Eigen::MatrixXd x = wide.leftCols(count), y = wide.rightCols(count);
        CHECK(frechet_distance(x, y) ==
              doctest::Approx(distance_by_nuclear_norm(x, y)).epsilon(1e-12));
        CHECK(std::abs(frechet_distance(x, x)) <
              1e-12 * gaussian_statistics(x).covariance().trace());
    }
}

TEST_CASE("few samples of many elements: a distance known in closed form, to all digits") {
    // Both covariances have rank 1, along a and along b: their root has the trace |a' b|.
    const Eigen::VectorXd a = Eigen::VectorXd::LinSpaced(40, 1, 2), b = a.reverse();
    Eigen::MatrixXd x(40, 2), y(40, 2);
    x << a, -a;
    y << b, -b;
    const auto terms = metrics::frechet_terms_of(x, y);
    const double cross = 2 * a.dot(b), own = 2 * a.squaredNorm();
    CHECK(terms.means == 0);
    CHECK(terms.trace_real == doctest::Approx(own).epsilon(1e-14));
    CHECK(terms.trace_of_root == doctest::Approx(cross).epsilon(1e-14));
    CHECK(terms.distance() == doctest::Approx(2 * own - 2 * cross).epsilon(1e-13));
    // Orthogonal ones share nothing: where the root of rounding would be taken, 1e-8 would be left.
    Eigen::MatrixXd p = Eigen::MatrixXd::Zero(40, 2), q = p;
    p.row(0) << 1, -1;
    q.row(1) << 1, -1;
    const Eigen::MatrixXd turn = Eigen::MatrixXd::NullaryExpr(40, 40, [](auto i, auto j) {
        return (i == j ? 1 : 0) - 2.0 / 40;  // a reflection
    });
    CHECK(std::abs(metrics::frechet_terms_of(turn * p, turn * q).trace_of_root) < 1e-15);
    const gaussian_statistics of_p(turn * p), of_q(turn * q);
    CHECK(std::abs(metrics::frechet_terms_of(of_p, of_q).trace_of_root) < 1e-14);
    CHECK(std::abs(frechet_distance(turn * p, turn * p)) < 1e-14);
}

TEST_CASE("a covariance that is turned the other way is another distribution") {
    // In 2-D tr (S S_g)^{1/2} = sqrt(tr(S S_g) + 2 sqrt(det S det S_g)), here of determinants 9
    // and 7.
    const Eigen::Matrix2d turn{{0.6, -0.8}, {0.8, 0.6}};
    const Eigen::Matrix2d one_way = turn * Eigen::Vector2d(9, 1).asDiagonal() * turn.transpose();
    const Eigen::Matrix2d other_way = turn.transpose() * Eigen::Vector2d(9, 1).asDiagonal() * turn;
    const Eigen::Matrix2d tilted{{4, 1}, {1, 2}};
    const Eigen::Vector2d zero = Eigen::Vector2d::Zero();
    for (const Eigen::Matrix2d& s : {one_way, other_way}) {
        const double root = std::sqrt((s * tilted).trace() + 2 * std::sqrt(63.0));
        CHECK(frechet_distance(gaussian_statistics(zero, s), gaussian_statistics(zero, tilted)) ==
              doctest::Approx(10 + 6 - 2 * root).epsilon(1e-14));
    }
    CHECK(std::abs((one_way * tilted).trace() - (other_way * tilted).trace()) > 1);
}

TEST_CASE("the covariance is that of elements, not of samples") {
    const auto each = golden::cases("frechet_distance").back();
    CHECK(gaussian_statistics(golden::samples(each, "x")).covariance().rows() == 16);
}

TEST_CASE("bad samples and statistics are refused") {
    check_refuses_bad_samples(
        [](const Eigen::MatrixXd& x, const Eigen::MatrixXd& y) { return frechet_distance(x, y); },
        2);
    const Eigen::Vector2d mean(0, 0);
    check_refused<bad_shape>([&] { gaussian_statistics(mean, Eigen::MatrixXd::Zero(2, 3)); },
                             {"a mean of 2 elements has no covariance of 2 x 3"});
    check_refused<bad_argument>(
        [&] {
            gaussian_statistics(mean, Eigen::Matrix2d{{1, 2}, {0, 1}});
        },
        {"differs by 2"});
    check_refused<non_finite>(
        [&] { gaussian_statistics(mean, Eigen::Matrix2d::Constant(std::nan(""))); },
        {"covariance"});
}
