// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/kernel_distance.hpp>

#include "bad_samples.hpp"
#include "golden.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

using namespace diffgen;
using metrics::kernel_distance;
using metrics::kernel_distance_of_subsets;

TEST_CASE("golden kernel distances") {
    const auto cases = golden::cases("kernel_distance");
    REQUIRE(cases.size() == 4);
    for (const auto& each : cases) {
        CHECK(kernel_distance(golden::samples(each, "x"), golden::samples(each, "y")) ==
              doctest::Approx(each.at("expected").get<double>("value")).epsilon(1e-12));
    }
}

TEST_CASE("two and three points on a line, worked out by hand") {
    // k(x, y) = (xy + 1)^3: k(0, 1) = 1; of 0, 2, -1: k = 1, 1, -1, mean 1/3;
    // across: 1, 1, 1 from 0 and 1, 27, 0 from 1: mean 31/6. So 1 + 1/3 - 31/3 = -9.
    const Eigen::MatrixXd x{{0, 1}};
    const Eigen::MatrixXd y{{0, 2, -1}};
    CHECK(kernel_distance(x, y) == doctest::Approx(-9).epsilon(1e-14));
    CHECK(kernel_distance(y, x) == doctest::Approx(-9).epsilon(1e-14));
}

TEST_CASE("samples in float have their products in float, and their sums in double") {
    // 600 samples of 2,048 features: a product rounds by some 1e-7, each by itself.
    std::mt19937 generator(11);
    std::normal_distribution<float> normal(1);
    Eigen::MatrixXf x(2048, 600);
    Eigen::MatrixXf y(2048, 500);
    for (float& value : x.reshaped())
        value = normal(generator);
    for (float& value : y.reshaped())
        value = 1.05F * normal(generator);
    const double exact = kernel_distance(x.cast<double>(), y.cast<double>());
    CHECK(exact > 0.01);
    CHECK(std::abs(kernel_distance(x, y) - exact) < 1e-8);
    const auto options = metrics::subset_options{.subsets = 3, .size = 100, .seed = 5};
    const auto subsets = kernel_distance_of_subsets(x, y, options);
    const auto same = kernel_distance_of_subsets(x.cast<double>(), y.cast<double>(), options);
    CHECK(std::abs(subsets.mean - same.mean) < 1e-7);
    // A view of every second column is read where it lies, an expression is copied first.
    using features = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
    const features all = x;
    const Eigen::Map<const features, 0, Eigen::OuterStride<>> half(all.data(), 2048, 300,
                                                                   Eigen::OuterStride<>(2 * 2048));
    CHECK(kernel_distance(half, y) == kernel_distance(features(half), y));
    CHECK(kernel_distance(2 * half, y) == kernel_distance(features(2 * half), y));
    Eigen::MatrixXf bad = y;
    bad(7, 3) = std::numeric_limits<float>::quiet_NaN();
    check_refused<non_finite>([&] { kernel_distance(x, bad); },
                              {"generated sample 3", "element 7"});
}

TEST_CASE("blocks add up to the whole") {
    // Copies of n points m times: the mean over all pairs stays, and of the pairs of different ones
    // (mn)^2 M - mn D remain, with M the mean over all pairs and D over equal ones.
    const Eigen::MatrixXd x = golden::samples(golden::cases("kernel_distance").front(), "x");
    const Eigen::MatrixXd copies = x.replicate(1, 20);
    REQUIRE(copies.cols() == 600);
    double all = 0;
    double equal = 0;
    for (Eigen::Index i = 0; i < x.cols(); ++i) {
        for (Eigen::Index j = 0; j < x.cols(); ++j) {
            const double root = x.col(i).dot(x.col(j)) / double(x.rows()) + 1;
            all += root * root * root / double(x.cols() * x.cols());
            if (i == j) equal += root * root * root / double(x.cols());
        }
    }
    const auto of_others = [&](double n) { return (n * all - equal) / (n - 1); };
    CHECK(kernel_distance(x, copies) ==
          doctest::Approx(of_others(30) + of_others(600) - 2 * all).epsilon(1e-10));
}

TEST_CASE(
    "the mean over all subsets is the distance of the whole, since the estimate is unbiased") {
    // Every pair of different samples stands in equally many subsets. A pair of a sample with
    // itself, as a biased estimate has them, weighs more the smaller the subset is.
    const Eigen::MatrixXd x = golden::samples(golden::cases("kernel_distance").back(), "x");
    const Eigen::MatrixXd y = golden::samples(golden::cases("kernel_distance").back(), "y");
    const Eigen::MatrixXd six = x.leftCols(6);
    double sum = 0;
    int subsets = 0;
    for (Eigen::Index a = 0; a < 6; ++a)
        for (Eigen::Index b = a + 1; b < 6; ++b)
            for (Eigen::Index c = b + 1; c < 6; ++c, ++subsets)
                sum += kernel_distance(six(Eigen::all, std::vector<Eigen::Index>{a, b, c}), y);
    REQUIRE(subsets == 20);
    CHECK(sum / subsets == doctest::Approx(kernel_distance(six, y)).epsilon(1e-12));
}

TEST_CASE("a subset has no sample twice: as large as the set, it is the set in another order") {
    const Eigen::MatrixXd x = golden::samples(golden::cases("kernel_distance").front(), "x");
    const Eigen::MatrixXd y = golden::samples(golden::cases("kernel_distance").front(), "y");
    const auto whole = kernel_distance_of_subsets(x, y, {.subsets = 7, .size = x.cols()});
    CHECK(whole.mean == doctest::Approx(kernel_distance(x, y)).epsilon(1e-12));
    CHECK(whole.deviation < 1e-12);

    const auto some = kernel_distance_of_subsets(x, y, {.subsets = 7, .size = 10, .seed = 3});
    CHECK(some.deviation > 0.01);
    const auto again = kernel_distance_of_subsets(x, y, {.subsets = 7, .size = 10, .seed = 3});
    CHECK(some.mean == again.mean);
    const auto other = kernel_distance_of_subsets(x, y, {.subsets = 7, .size = 10, .seed = 4});
    CHECK(some.mean != other.mean);
}

TEST_CASE("every sample is as often in a subset as every other") {
    // 3 of 8, 4,000 times: each count is binomial with mean 1,500 and deviation 30.6. One of eight
    // is 200 away with probability 5e-10; leaving the last sample out would make it 1,500.
    const Eigen::MatrixXd places = Eigen::RowVectorXd::LinSpaced(8, 0, 7);
    std::vector<int> counts(8);
    for (std::uint32_t draw = 0; draw < 4000; ++draw) {
        const auto chosen = metrics::detail::subset_of(places, 3, noise::philox{5}, draw);
        for (const double place : chosen.reshaped())
            ++counts[static_cast<std::size_t>(place)];
    }
    for (const int count : counts)
        CHECK(std::abs(count - 1500) < 200);
}

TEST_CASE("subsets that are given: each is the distance of its columns") {
    const Eigen::MatrixXd x = golden::samples(golden::cases("kernel_distance").front(), "x");
    const Eigen::MatrixXd y = golden::samples(golden::cases("kernel_distance").front(), "y");
    const metrics::index_table of_x{{0, 2, 1}, {3, 3, 0}}, of_y{{1, 0, 4}, {2, 1, 0}};
    const Eigen::ArrayXd values = metrics::kernel_distances_of(x, y, of_x, of_y);
    for (Eigen::Index i = 0; i < 2; ++i) {
        Eigen::MatrixXd a(x.rows(), 3), b(y.rows(), 3);
        for (Eigen::Index j = 0; j < 3; ++j) {
            a.col(j) = x.col(of_x(i, j));
            b.col(j) = y.col(of_y(i, j));
        }
        CHECK(values(i) == kernel_distance(a, b));
    }
    const metrics::index_table beyond{{0, 2, x.cols()}, {0, 1, 2}};
    check_refused<bad_argument>([&] { metrics::kernel_distances_of(x, y, beyond, of_y); },
                                {"a subset has sample"});
    check_refused<bad_shape>([&] { metrics::kernel_distances_of(x, y, of_x.topRows(1), of_y); },
                             {"2 subsets, not 1"});
}

TEST_CASE("subsets report progress, can be cancelled, and refuse what makes no sense") {
    const Eigen::MatrixXd x = golden::samples(golden::cases("kernel_distance").front(), "x");
    std::vector<std::int64_t> seen;
    const auto watch = [&](const metrics::progress& p) {
        CHECK(p.total == 5);
        seen.push_back(p.done);
        return p.done < 3;
    };
    check_refused<metrics::cancelled>(
        [&] { kernel_distance_of_subsets(x, x, {.subsets = 5, .size = 4}, watch); },
        {"after 3 of 5"});
    CHECK(seen == std::vector<std::int64_t>{1, 2, 3});
    check_refused<bad_argument>([&] { kernel_distance_of_subsets(x, x, {.subsets = 0}); },
                                {"subsets = 0"});
    check_refused<bad_argument>([&] { kernel_distance_of_subsets(x, x, {.size = 1}); },
                                {"size = 1"});
    check_refused<bad_argument>([&] { kernel_distance_of_subsets(x, x, {.size = 31}); },
                                {"30 real samples, not at least 31"});
}

TEST_CASE("bad samples are refused") {
    check_refuses_bad_samples(
        [](const Eigen::MatrixXd& x, const Eigen::MatrixXd& y) { return kernel_distance(x, y); },
        2);
}
