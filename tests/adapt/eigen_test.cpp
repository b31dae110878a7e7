// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/adapt/eigen.hpp>

#include "container_runs.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <vector>

using namespace diffgen;
using testing::holds_samples;
using testing::sample_into;

TEST_CASE("Eigen states are used in place: a column is a sample") {
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(2, 6);
    CHECK(sample_into(matrix) == matrix.data());
    CHECK(holds_samples(matrix.data()));
    CHECK(matrix(1, 2) == testing::expected_samples<double>()[2 * 2 + 1]);

    Eigen::ArrayXXf array = Eigen::ArrayXXf::Zero(2, 6);
    CHECK(sample_into(array) == array.data());
    CHECK(holds_samples(array.data()));

    Eigen::Matrix<double, 2, 6> fixed = Eigen::Matrix<double, 2, 6>::Zero();
    CHECK(sample_into(fixed) == fixed.data());
    CHECK(holds_samples(fixed.data()));

    std::vector<float> memory(12);
    Eigen::Map<Eigen::MatrixXf> map(memory.data(), 2, 6);
    CHECK(sample_into(map) == memory.data());
    CHECK(holds_samples(memory.data()));
}

TEST_CASE("a block of whole columns is used in place, and nothing around it") {
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Constant(2, 9, 7);
    auto columns = matrix.middleCols(2, 6);
    CHECK(sample_into(columns) == matrix.data() + 4);
    CHECK(holds_samples(matrix.data() + 4));
    CHECK((matrix.leftCols(2).array() == 7).all());
    CHECK((matrix.rightCols(1).array() == 7).all());
}

TEST_CASE("a vector is one sample; columns with gaps are refused") {
    Eigen::VectorXd vector(5);
    CHECK(state_traits<Eigen::VectorXd>::view(vector).samples == 1);
    CHECK(state_traits<Eigen::VectorXd>::view(vector).elements == 5);

    Eigen::MatrixXd matrix(4, 6);
    auto upper = matrix.topRows(2);
    CHECK_THROWS_WITH_AS(
        static_cast<void>(state_traits<decltype(upper)>::view(upper)),
        "diffgen: the columns of an Eigen state must be adjacent; the outer stride is 4 for 2 rows",
        bad_shape);
    Eigen::MatrixXd empty;
    CHECK_THROWS_AS(static_cast<void>(state_traits<Eigen::MatrixXd>::view(empty)), bad_shape);
}
