// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Samples of a posterior under a linear measurement: what took a page of matrices by hand.
#include <diffgen/adapt/eigen.hpp>
#include <diffgen/diffgen.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/posterior/exact_posterior.hpp>
#include <diffgen/posterior/given.hpp>
#include <diffgen/posterior/methods/moment_matching.hpp>
#include <diffgen/posterior/operators/dense.hpp>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

using namespace diffgen;
using posterior::matrix;
using posterior::vector;

namespace {

constexpr Eigen::Index elements = 20, numbers = 4;

matrix normals(Eigen::Index rows, Eigen::Index cols, std::uint32_t draw) {
    std::uint64_t i = 0;
    return matrix::NullaryExpr(rows, cols, [&] {
        return noise::philox{3}.normal<double>(noise::stream::data, draw, i++);
    });
}

const auto prior =
    posterior::mixture::diagonal(vector{{0.3, 0.5, 0.2}}, 1.5 * normals(elements, 3, 0),
                                 (0.05 + 0.3 * normals(elements, 3, 1).array().abs()).matrix());

}  // namespace

TEST_CASE("posterior samples against the exact posterior") {
    const posterior::dense a(normals(numbers, elements, 2) / std::sqrt(double(elements)));
    const vector truth = prior.means().col(1) + 0.4 * normals(elements, 1, 3);
    const vector y = a.apply(truth) + 0.2 * normals(numbers, 1, 4);
    const auto exact = posterior::exact_posterior(prior, a, y, 0.2).posterior;

    const auto error_of = [&](const auto& predictor) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, predictor,
                  solver::ddim{}};
        Eigen::MatrixXd x(elements, 300);
        s.generate(exec::cpp, x, {.steps = 50, .seed = 5, .grid = grid::log_snr{}});
        return (x.rowwise().mean() - exact.mean()).norm() / std::sqrt(double(elements));
    };
    const auto plain = predicts(denoised{}, prior);
    const double without = error_of(plain);
    const double with = error_of(
        posterior::given(plain, posterior::measured{a, y, 0.2}, posterior::moment_matching{}));
    CHECK(without > 0.3);
    CHECK(with < 0.12);
}
