// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A set of samples as a density: a mixture without variances, and under correlated noise the same
// in the coordinates in which the noise is white.

#include <diffgen/posterior/data_points.hpp>
#include <diffgen/posterior/mixture.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <Eigen/Cholesky>

#include <cmath>

using namespace diffgen;
using posterior::data_points;
using posterior::Index;
using posterior::matrix;
using posterior::mixture;
using posterior::vector;

namespace {

/// Numbers that no structure is in.
matrix some(Index rows, Index cols, double phase) {
    matrix m(rows, cols);
    for (Index i = 0; i < m.size(); ++i)
        m.data()[i] = std::sin(static_cast<double>(i * i) + phase);
    return m;
}
noise_level level(double alpha, double sigma) {
    noise_level l;
    l.alpha = alpha;
    l.sigma = sigma;
    return l;
}
const matrix samples = some(4, 9, 0.3), states = 1.5 * some(4, 200, 1.7);

}  // namespace

TEST_CASE("estimates and densities are those of a mixture without variances") {
    const data_points points(samples);
    const mixture same = mixture::isotropic(vector::Ones(9), samples, vector::Zero(9));
    for (const auto& l : {level(0.8, 0.6), level(1, 0.1), level(0.1, 2)}) {
        const matrix d = points.denoised(states, l);
        const vector p = points.log_density(states, l);
        const auto at = same.at(l);
        for (Index i = 0; i < states.cols(); ++i) {
            CHECK((d.col(i) - at.denoised(states.col(i))).norm() < 1e-11);
            const double wanted = at.log_density(states.col(i));
            CHECK(std::abs(p[i] - wanted) < 1e-11 * (1 + std::abs(wanted)));
        }
    }
    const data_points<float> in_floats(samples);
    const Eigen::MatrixXf few = states.leftCols(20).cast<float>();
    CHECK((in_floats.denoised(few, level(0.8, 0.6)).cast<double>() -
           points.denoised(states.leftCols(20), level(0.8, 0.6)))
              .cwiseAbs()
              .maxCoeff() < 1e-4);
}

TEST_CASE("correlated noise is white in other coordinates") {
    const matrix root = some(4, 4, 2.1) + 3 * matrix::Identity(4, 4),
                 covariance = root * root.transpose();
    const matrix lower = covariance.llt().matrixL();
    const data_points points(samples, covariance), white(lower.inverse() * samples);
    const auto l = level(0.8, 0.3);
    const matrix d = points.denoised(states, l);
    CHECK((d - lower * white.denoised(lower.inverse() * states, l)).cwiseAbs().maxCoeff() < 1e-10);
    const vector p = points.log_density(states, l);
    const vector q = white.log_density(lower.inverse() * states, l);
    CHECK((p.array() - q.array() + std::log(lower.determinant())).abs().maxCoeff() < 1e-9);
}

TEST_CASE("what makes no sense is refused") {
    check_refused<bad_shape>([] { data_points<double>(matrix(4, 0)); }, {"without samples"});
    check_refused<non_finite>([] { data_points<double>(matrix::Constant(2, 2, NAN)); },
                              {"not finite"});
    check_refused<bad_argument>([] { data_points<double>(samples, -matrix::Identity(4, 4)); },
                                {"not positive definite"});
    check_refused<bad_argument>([] { (void)data_points(samples).denoised(states, level(1, 0)); },
                                {"sigma = 0"});
    check_refused<bad_shape>(
        [] { (void)data_points(samples).denoised(matrix::Zero(3, 1), level(1, 1)); },
        {"3 elements, not 4"});
}
