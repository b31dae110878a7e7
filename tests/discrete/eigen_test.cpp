// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Levels in the containers of Eigen: a column is a sample.

#include <diffgen/adapt/eigen.hpp>
#include <diffgen/discrete/sampler.hpp>
#include <diffgen/exec/policy.hpp>

#include <doctest/doctest.h>

#include "oracle.hpp"

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace discrete = diffgen::discrete;

TEST_CASE("matrices of whole numbers and of floats hold the levels of a vector") {
    const discrete::absorbing c{4, 3};
    const discrete::log_linear line{};
    const oracle::network<discrete::absorbing, discrete::log_linear, discrete::clean> net{
        oracle::chain(), c, line};
    discrete::sampler s{c, line, discrete::predicts<double>(discrete::clean{}, net)};
    std::vector<int> x(5 * 7);
    s.generate(diffgen::exec::cpp, diffgen::batch(x, 7), {.steps = 3, .seed = 2});
    Eigen::Matrix<std::int8_t, Eigen::Dynamic, Eigen::Dynamic> whole(5, 7);
    Eigen::MatrixXf floats(5, 7);
    s.generate(diffgen::exec::cpp, whole, {.steps = 3, .seed = 2});
    s.generate(diffgen::exec::cpp, floats, {.steps = 3, .seed = 2});
    const Eigen::Map<const Eigen::MatrixXi> expected(x.data(), 5, 7);
    CHECK((whole.cast<int>() - expected).isZero(0));
    CHECK((floats.cast<int>() - expected).isZero(0));
}
