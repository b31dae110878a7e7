// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/adapt/xtensor.hpp>

#include "container_runs.hpp"

#include <doctest/doctest.h>
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xtensor.hpp>

#include <array>
#include <vector>

using namespace diffgen;
using testing::holds_samples;
using testing::sample_into;

TEST_CASE("xtensor states are used in place: the first index is the sample") {
    xt::xtensor<double, 2> tensor = xt::zeros<double>({6, 2});
    CHECK(sample_into(tensor) == tensor.data());
    CHECK(holds_samples(tensor.data()));
    CHECK(tensor(2, 1) == testing::expected_samples<double>()[2 * 2 + 1]);

    xt::xarray<float> array = xt::zeros<float>({6, 1, 2});
    CHECK(sample_into(array) == array.data());
    CHECK(holds_samples(array.data()));

    std::vector<double> memory(12);
    auto adapted = xt::adapt(memory, std::array<std::size_t, 2>{6, 2});
    CHECK(sample_into(adapted) == memory.data());
    CHECK(holds_samples(memory.data()));
}

TEST_CASE("what is not row-major is refused") {
    xt::xtensor<double, 2, xt::layout_type::column_major> columns(std::array<std::size_t, 2>{6, 2});
    CHECK_THROWS_AS(static_cast<void>(state_traits<decltype(columns)>::view(columns)), bad_shape);
    xt::xarray<double> scalar(1.0);
    CHECK_THROWS_AS(static_cast<void>(state_traits<xt::xarray<double>>::view(scalar)), bad_shape);
}
