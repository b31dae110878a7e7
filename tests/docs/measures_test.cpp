// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The code that docs/concepts/measures.md shows.
#include <diffgen/metrics/by_group.hpp>
#include <diffgen/metrics/copying.hpp>
#include <diffgen/metrics/features.hpp>
#include <diffgen/metrics/frechet_distance.hpp>
#include <diffgen/metrics/gaussian_statistics.hpp>
#include <diffgen/metrics/inception_score.hpp>
#include <diffgen/metrics/interval_coverage.hpp>
#include <diffgen/metrics/interval_score.hpp>
#include <diffgen/metrics/kernel_distance.hpp>
#include <diffgen/metrics/precision_recall.hpp>
#include <diffgen/metrics/rank_histogram.hpp>
#include <diffgen/metrics/ranked_probability_score.hpp>
#include <diffgen/metrics/running_mean.hpp>
#include <diffgen/metrics/vendi_score.hpp>
#include <diffgen/noise/source.hpp>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <vector>

using namespace diffgen;

namespace {

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index cols, std::uint32_t draw) {
    std::uint64_t i = 0;
    return Eigen::MatrixXd::NullaryExpr(rows, cols, [&] {
        return noise::philox{3}.normal<double>(noise::stream::data, draw, i++);
    });
}

}  // namespace

TEST_CASE("two sets at once") {
    const Eigen::MatrixXd real = normals(4, 600, 0), generated = normals(4, 600, 1);
    const Eigen::MatrixXd training = normals(4, 600, 2), held_out = normals(4, 600, 3);
    // [whole]
    // A column for each sample, of pixels or of any features.
    const double frechet = metrics::frechet_distance(real, generated);
    const auto kernel = metrics::kernel_distance_of_subsets(real, generated, {.size = 500});
    const auto m = metrics::precision_recall(real, generated, 5);  // and density, coverage
    const auto copied = metrics::copying(generated, held_out, training, real);
    // [whole]
    CHECK(frechet < 0.2);
    CHECK(kernel.deviation > 0);
    CHECK(m.precision > 0.8);
    CHECK(copied.share < 0.7);
    CHECK(copied.real_share < 0.7);
}

TEST_CASE("chunks, on several machines") {
    const Eigen::MatrixXd real = normals(6, 500, 0), generated = normals(6, 700, 1);
    const auto network = [](const metrics::sample_matrix& x) -> Eigen::MatrixXd {
        return x.topRows(3).cwiseMax(0);
    };
    // [chunks]
    metrics::gaussian_accumulator here;
    metrics::for_features(network, generated.leftCols(400),
                          [&](const Eigen::MatrixXd& features) { here.add(features); });

    metrics::gaussian_accumulator elsewhere;
    metrics::for_features(network, generated.rightCols(300),
                          [&](const Eigen::MatrixXd& features) { elsewhere.add(features); });

    here.merge(elsewhere);
    const metrics::gaussian_statistics of_real(network(real));
    const double distance = metrics::frechet_distance(of_real, here.statistics());
    // [chunks]
    CHECK(distance ==
          doctest::Approx(metrics::frechet_distance(network(real), network(generated))));
}

TEST_CASE("progress and cancellation") {
    const Eigen::MatrixXd real = normals(4, 600, 0), generated = normals(4, 600, 1);
    const std::atomic<bool> stop = true;
    // [watch]
    const auto watch = [&](const metrics::progress& p) {
        const double share = static_cast<double>(p.done) / static_cast<double>(p.total);
        return share < 1 && !stop;  // false: precision_recall throws metrics::cancelled
    };
    // [watch]
    CHECK_THROWS_AS(metrics::precision_recall(real, generated, 5, watch), metrics::cancelled);
}

TEST_CASE("groups") {
    const std::vector<int> group{0, 1, 1, 0};
    const std::vector<double> score{0.9, 0.5, 0.7, 0.9};
    // [groups]
    metrics::by_group<metrics::running_mean> by_label;
    by_label.add(group, score);
    for (const auto& [label, of_label] : by_label.groups())
        CHECK(of_label.mean() > 0.5);
    const double gap = by_label.gap([](const auto& of_label) { return of_label.mean(); });
    // [groups]
    CHECK(gap == doctest::Approx(0.3));
}

TEST_CASE("forecasts") {
    const std::vector<double> samples{1, 2, 3, 4, 5, 6, 7, 8, 9};
    const double value = 4.5;
    // [forecast]
    const double score = metrics::crps_of_samples(value, samples);
    metrics::interval_coverage of_80_percent;
    of_80_percent.add(value, metrics::central_interval(samples, 0.8));
    // [forecast]
    CHECK(score == doctest::Approx(2.277777777777778 - 240.0 / 162));
    CHECK(of_80_percent.share() == 1);
}

TEST_CASE("calibration and variety") {
    const std::vector<double> samples{1, 2, 3, 4, 5, 6, 7, 8, 9};
    const Eigen::MatrixXd generated = normals(4, 700, 0);
    const double value = 9.5, u = 0.3;
    // [calibration]
    metrics::rank_histogram ranks(static_cast<std::int64_t>(samples.size()));
    ranks.add(value, samples, u);  // u uniform from [0, 1): breaks ties
    const metrics::interval stated = metrics::central_interval(samples, 0.8);
    const double of_interval = metrics::interval_score(value, stated, 0.8);
    const double different = metrics::vendi_score(generated);  // of 700 samples
    // [calibration]
    CHECK(ranks.counts().back() == 1);
    CHECK(of_interval == doctest::Approx(8 + 10 * 0.5));
    CHECK(different > 3.9);
}
