// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/adapt/eigen_tensor.hpp>

#include "check_refused.hpp"
#include "container_runs.hpp"

#include <doctest/doctest.h>
#include <unsupported/Eigen/CXX11/Tensor>

#include <vector>

using namespace diffgen;
using testing::expected_samples;
using testing::holds_samples;
using testing::sample_into;

TEST_CASE("the last index of a column-major tensor is the sample") {
    Eigen::Tensor<double, 2> matrix(2, 6);
    CHECK(sample_into(matrix) == matrix.data());
    CHECK(holds_samples(matrix.data()));
    CHECK(matrix(1, 2) == expected_samples<double>()[2 * 2 + 1]);

    std::vector<float> memory(12);
    Eigen::TensorMap<Eigen::Tensor<float, 3>> map(memory.data(), 1, 2, 6);
    CHECK(sample_into(map) == memory.data());
    CHECK(holds_samples(memory.data()));

    Eigen::TensorFixedSize<double, Eigen::Sizes<2, 6>> fixed;
    CHECK(sample_into(fixed) == fixed.data());
    CHECK(holds_samples(fixed.data()));
}

TEST_CASE("the first index of a row-major tensor is the sample") {
    Eigen::Tensor<double, 3, Eigen::RowMajor> cube(6, 1, 2);
    CHECK(sample_into(cube) == cube.data());
    CHECK(holds_samples(cube.data()));
    CHECK(cube(2, 0, 1) == expected_samples<double>()[2 * 2 + 1]);
}

TEST_CASE("tensors of one index are samples of one number, and batch() divides otherwise") {
    Eigen::Tensor<float, 1> numbers(12);
    CHECK(state_traits<decltype(numbers)>::view(numbers).samples == 12);
    CHECK(batch(numbers, 6).elements == 2);
}

TEST_CASE("constant tensors are read; empty ones are refused") {
    Eigen::Tensor<float, 2> matrix(2, 3);
    matrix.setValues({{1, 2, 3}, {4, 5, 6}});
    Eigen::TensorMap<const Eigen::Tensor<const float, 2>> map(matrix.data(), 2, 3);
    const batch_view<const float> x = batch(map, 3);
    CHECK((x.sample(1)[0] == 2 && x.sample(1)[1] == 5));
    Eigen::Tensor<float, 2> empty(2, 0);
    check_refused<bad_shape>([&] { static_cast<void>(state_traits<decltype(empty)>::view(empty)); },
                             {"empty batch"});
}
