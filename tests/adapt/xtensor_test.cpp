// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/adapt/xtensor.hpp>

#include "check_refused.hpp"
#include "container_runs.hpp"

#include <doctest/doctest.h>
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <type_traits>
#include <utility>
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

TEST_CASE("views without gaps are used in place, and nothing around them") {
    xt::xtensor<double, 2> tensor(std::array<std::size_t, 2>{9, 2});
    tensor.fill(7);
    auto middle = xt::view(tensor, xt::range(2, 8), xt::all());
    CHECK(sample_into(middle) == tensor.data() + 4);
    CHECK(holds_samples(tensor.data() + 4));
    CHECK(tensor(1, 1) == 7);
    CHECK(tensor(8, 0) == 7);

    // A column-major tensor's transpose is row-major, and so may be memory of any layout.
    std::vector<double> memory(12);
    auto strided = xt::adapt(memory.data(), 12, xt::no_ownership(), std::vector<std::size_t>{6, 2},
                             std::vector<std::ptrdiff_t>{2, 1});
    CHECK(sample_into(strided) == memory.data());
    CHECK(holds_samples(memory.data()));
    xt::xtensor<float, 2, xt::layout_type::column_major> one_number({6, 1});
    CHECK(state_traits<decltype(one_number)>::view(one_number).samples == 6);
    CHECK(batch(tensor, 18).elements == 1);
}

namespace {

template <class X>
void check_gaps_refused(X&& x, std::initializer_list<std::string_view> parts) {
    check_refused<bad_shape>(
        [&] { static_cast<void>(state_traits<std::remove_cvref_t<X>>::view(x)); }, parts);
}

/// Memory with these strides, as an adaptor.
auto adapted(double* data, std::vector<std::size_t> shape, std::vector<std::ptrdiff_t> strides) {
    std::size_t size = 1;
    for (const std::size_t extent : shape)
        size *= extent;
    return xt::adapt(data, size, xt::no_ownership(), std::move(shape), std::move(strides));
}

}  // namespace

TEST_CASE("other layouts and strides are refused, with the strides, and nothing is written") {
    std::vector<double> memory(12, 5);
    double* const data = memory.data();
    check_gaps_refused(adapted(data, {6}, {2}), {"diffgen: ", "(6)", "(1), not (2)"});
    check_gaps_refused(adapted(data, {3, 2}, {4, 1}), {"(3, 2)", "(2, 1), not (4, 1)"});
    check_gaps_refused(adapted(data, {3, 2}, {4, 2}), {"(2, 1), not (4, 2)"});
    check_gaps_refused(adapted(data, {3, 2}, {1, 3}), {"(2, 1), not (1, 3)"});
    check_gaps_refused(adapted(data, {2, 3, 2}, {6, 1, 3}), {"(6, 2, 1), not (6, 1, 3)"});
    check_gaps_refused(adapted(data + 11, {6}, {-1}), {"(1), not (-1)"});
    check_gaps_refused(adapted(data, {6}, {0}), {"(1), not (0)"});
    xt::xtensor<double, 2, xt::layout_type::column_major> columns(std::array<std::size_t, 2>{6, 2});
    check_gaps_refused(columns, {"(6, 2)", "not (1, 6)"});
    xt::xtensor<double, 2> tensor(std::array<std::size_t, 2>{6, 4});
    check_gaps_refused(xt::view(tensor, xt::all(), xt::range(0, 2)), {"(2, 1), not (4, 1)"});
    check_gaps_refused(xt::view(tensor, xt::range(0, 6, 2), xt::all()), {"(4, 1), not (8, 1)"});
    xt::xarray<double> scalar(1.0);
    check_gaps_refused(scalar, {"first index", "()"});
    auto every_second = adapted(data, {6}, {2});
    check_refused<bad_shape>([&] { sample_into(every_second); }, {"(1), not (2)"});
    check_refused<bad_shape>([&] { static_cast<void>(batch(every_second, 6)); }, {"not (2)"});
    CHECK(memory == std::vector<double>(12, 5));
}
