// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Maps and scores of anomalies where they are known: data of one point, whose estimate is that
// point at every level; and principal components of data on a plane.

#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/simplex.hpp>
#include <diffgen/posterior/data_points.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/task/anomaly.hpp>
#include <diffgen/task/principal_components.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using posterior::Index;
using posterior::matrix;
using posterior::vector;

namespace {

const vector point{{0.5, -1, 0.25, 2, 0, 1}};
matrix shifted() {
    matrix x = point.replicate(1, 3);
    x(2, 1) += 0.7;
    x.col(2).array() -= 0.1;
    return x;
}
const matrix samples = shifted(), wanted = (samples - point.replicate(1, 3)).cwiseAbs2();

}  // namespace

TEST_CASE("what does not come back is the map, whatever the noise") {
    const auto run = [](auto source) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                  predicts(denoised{}, posterior::data_points<double>(point)), solver::ancestral{},
                  source};
        return task::reconstruction_errors<double>(exec::cpp, s, samples,
                                                   {.time = 0.3, .steps = 5, .repeats = 2});
    };
    CHECK((run(noise::philox{}) - wanted).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((run(noise::simplex{.width = 3, .height = 2, .wavelength = 4}) - wanted)
              .cwiseAbs()
              .maxCoeff() < 1e-12);
}

TEST_CASE("denoising errors are summed over levels by their precision") {
    const process p{schedule::linear_beta{}, kernel::variance_preserving{}};
    auto model = predicts(denoised{}, posterior::data_points<double>(point));
    const std::vector<double> sigmas{0.5, 2};
    const matrix maps = task::denoising_errors<double>(p, model, samples, sigmas, 3);
    CHECK((maps - (4 + 0.25) * wanted).cwiseAbs().maxCoeff() < 1e-12);
    CHECK(task::scores(maps)[1] == doctest::Approx(4.25 * 0.49 / 6));
    const std::vector<double> bad{0.};
    check_refused<bad_argument>(
        [&] { (void)task::denoising_errors<double>(p, model, samples, bad); },
        {"sigma / alpha = 0"});
}

TEST_CASE("the worst window of a picture") {
    matrix map = matrix::Zero(12, 1);  // 3 rows of 4
    map(5) = 1;
    map(6) = 2;
    map(10) = 4;
    CHECK(task::window_scores(map, 4, 1)[0] == 4);
    CHECK(task::window_scores(map, 4, 2)[0] == 7 / 4.);
    check_refused<bad_shape>([&] { (void)task::window_scores(map, 5, 2); }, {"12 numbers"});
    check_refused<bad_shape>([&] { (void)task::window_scores(map, 4, 4); }, {"4 x 4"});
}

TEST_CASE("data on a plane have no rest, and what leaves it has its distance") {
    matrix data(3, 5);
    data << 1, 2, -1, 0, 3,  //
        0, 1, 2, -2, 1,      //
        4, 4, 4, 4, 4;
    const task::principal_components plane(data, 2);
    CHECK(plane.residuals(data).maxCoeff() < 1e-24);
    matrix off = data;
    off(2, 1) += 0.5;
    const matrix rest = plane.residuals(off);
    CHECK(rest(2, 1) == doctest::Approx(0.25).epsilon(1e-12));
    CHECK(rest.sum() == doctest::Approx(0.25).epsilon(1e-12));
    CHECK(plane.variances()[1] >= plane.variances()[0]);
    check_refused<bad_argument>([&] { task::principal_components(data, 4); }, {"first 4"});
    check_refused<bad_shape>([&] { task::principal_components(data.leftCols(1), 1); },
                             {"1 samples"});
}
