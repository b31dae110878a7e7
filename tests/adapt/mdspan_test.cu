// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// A conforming mdspan, that of CUDA's standard library, with each layout. No device is needed.
#include <diffgen/adapt/mdspan.hpp>

#include "check_refused.hpp"
#include "container_runs.hpp"

#include <cuda/std/mdspan>
#include <doctest/doctest.h>

#include <cstddef>
#include <string_view>
#include <vector>

using namespace diffgen;
using testing::holds_samples;
using testing::sample_into;

namespace {

namespace md = cuda::std;
constexpr std::size_t dynamic = md::dynamic_extent;
template <class T, std::size_t Rank>
using strided = md::mdspan<T, md::dextents<std::size_t, Rank>, md::layout_stride>;

template <class T>
strided<T, 2> with_strides(T* data, std::size_t rows, std::size_t columns, std::size_t apart,
                           std::size_t step) {
    using extents = md::dextents<std::size_t, 2>;
    return {data, md::layout_stride::mapping<extents>(extents(rows, columns),
                                                      md::array<std::size_t, 2>{apart, step})};
}

template <class X>
void check_gaps_refused(const X& x, std::string_view strides) {
    check_refused<bad_shape>([&] { static_cast<void>(state_traits<X>::view(x)); }, {strides});
}

}  // namespace

TEST_CASE("layout_right and layout_stride without gaps are used in place") {
    std::vector<double> memory(12);
    CHECK(sample_into(md::mdspan(memory.data(), 6, 2)) == memory.data());
    CHECK(holds_samples(memory.data()));
    std::vector<float> floats(12);
    CHECK(sample_into(with_strides(floats.data(), 6, 2, 2, 1)) == floats.data());
    CHECK(holds_samples(floats.data()));
    md::mdspan<float, md::extents<int, 6, dynamic, 2>> fixed(floats.data(), 1);
    CHECK(state_traits<decltype(fixed)>::view(fixed).elements == 2);
    md::mdspan<const float, md::dextents<int, 1>> read(floats.data(), 12);
    const batch_view<const float> numbers = state_traits<decltype(read)>::view(read);
    CHECK(numbers.samples == 12);
}

TEST_CASE("layout_left, padding and overlap are refused with their strides") {
    std::vector<double> memory(24);
    double* const data = memory.data();
    check_gaps_refused(
        md::mdspan<double, md::dextents<std::size_t, 2>, md::layout_left>(data, 6, 2),
        "(2, 1), not (1, 6)");
    check_gaps_refused(with_strides(data, 6, 2, 4, 1), "(2, 1), not (4, 1)");
    check_gaps_refused(with_strides(data, 6, 2, 2, 3), "(2, 1), not (2, 3)");
    // Columns of which there is one: the order does not matter.
    md::mdspan<double, md::dextents<int, 2>, md::layout_left> column(data, 6, 1);
    CHECK(state_traits<decltype(column)>::view(column).samples == 6);
}

TEST_CASE("a batch becomes an mdspan, and a batch again") {
    std::vector<float> memory(6);
    const auto x = batch(memory, 2);
    auto m = to_mdspan<md::mdspan<float, md::dextents<std::size_t, 2>>>(x);
    CHECK((m.extent(0) == 2 && m.extent(1) == 3));
    CHECK(&m(1, 2) == memory.data() + 5);
    CHECK(state_traits<decltype(m)>::view(m).data == memory.data());
    const auto fixed = to_mdspan<md::mdspan<const float, md::extents<int, dynamic, 3>>>(x);
    CHECK(&fixed(1, 2) == memory.data() + 5);
    check_refused<bad_shape>(
        [&] {
            using four = md::mdspan<float, md::extents<std::size_t, dynamic, 4>>;
            static_cast<void>(to_mdspan<four>(x));
        },
        {"2 samples of 3 numbers", "extent 1 is 4"});
    check_refused<bad_shape>(
        [&] {
            using columns = md::mdspan<float, md::dextents<std::size_t, 2>, md::layout_left>;
            static_cast<void>(to_mdspan<columns>(x));
        },
        {"(3, 1), not (1, 2)"});
}
