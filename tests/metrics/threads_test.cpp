// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Work that is shared out: every piece once, an exception after all, bits that threads do not
// change.

#include <diffgen/metrics/gaussian_statistics.hpp>
#include <diffgen/metrics/maximum_mean_discrepancy.hpp>
#include <diffgen/metrics/threads.hpp>

#include <doctest/doctest.h>

#include <Eigen/Core>

#include <atomic>
#include <stdexcept>
#include <vector>

using namespace diffgen;

namespace {

/// Eigen's number of threads, set back at the end.
struct with_threads {
    int before = Eigen::nbThreads();
    explicit with_threads(int count) { Eigen::setNbThreads(count); }
    ~with_threads() { Eigen::setNbThreads(before); }
    with_threads(const with_threads&) = delete;
    with_threads& operator=(const with_threads&) = delete;
};

}  // namespace

TEST_CASE("every piece is done once") {
    for (const int threads : {1, 2, 5}) {
        const with_threads set(threads);
        for (const Eigen::Index count : {0, 1, 7, 100}) {
            std::vector<int> done(static_cast<std::size_t>(count));
            metrics::detail::share_out(
                count, [&](Eigen::Index i) { ++done[static_cast<std::size_t>(i)]; });
            CHECK(done == std::vector<int>(static_cast<std::size_t>(count), 1));
        }
    }
}

TEST_CASE("what a piece throws is thrown again when all have ended") {
    const with_threads set(2);
    std::atomic<int> ended{0};
    const auto piece = [&](Eigen::Index i) {
        if (i == 3) throw std::runtime_error("the fourth");
        ++ended;
    };
    CHECK_THROWS_WITH_AS(metrics::detail::share_out(10, piece), "the fourth", std::runtime_error);
    CHECK(ended == 9);
}

TEST_CASE("a mean of kernels has the same bits on any number of threads") {
    Eigen::MatrixXd x(3, 700), y(3, 900);
    for (Eigen::Index i = 0; i < x.size(); ++i)
        x.data()[i] = 0.001 * static_cast<double>((i * 7919) % 1009);
    for (Eigen::Index i = 0; i < y.size(); ++i)
        y.data()[i] = 0.002 * static_cast<double>((i * 104729) % 997);
    const auto mean = [&](int threads) {
        const with_threads set(threads);
        metrics::kernel_mean<> within, between;
        within.add_others(x);
        between.add(x, y);
        return std::vector{within.mean(), between.mean()};
    };
    CHECK(mean(1) == mean(2));
    CHECK(mean(1) == mean(3));
}

TEST_CASE(
    "a covariance of several panels: the formula, with the same bits on any number of threads") {
    Eigen::MatrixXd x(600, 90);  // 256 + 256 + 88 columns of the covariance
    for (Eigen::Index i = 0; i < x.size(); ++i)
        x.data()[i] = 0.001 * static_cast<double>((i * 7919) % 1009);
    const auto covariance = [&](int threads) {
        const with_threads set(threads);
        metrics::gaussian_accumulator all;
        all.add(x.leftCols(40));
        all.add(x.rightCols(50));
        return metrics::matrix(all.population_covariance());
    };
    const metrics::matrix one = covariance(1);
    CHECK(covariance(2) == one);
    CHECK(covariance(3) == one);
    const Eigen::MatrixXd centred = x.colwise() - x.rowwise().mean();
    const Eigen::MatrixXd expected = centred * centred.transpose() / 90;
    CHECK((one - expected).cwiseAbs().maxCoeff() < 1e-14);
}
