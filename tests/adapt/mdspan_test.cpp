// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/adapt/mdspan.hpp>

#include "check_refused.hpp"
#include "container_runs.hpp"

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

using namespace diffgen;
using testing::holds_samples;
using testing::sample_into;

namespace {

/// The members of std::mdspan with std::layout_stride that a state needs; the standard library of
/// these compilers has none yet.
template <class T, std::size_t Rank>
struct strided_view {
    using element_type = T;
    using reference = T&;
    using rank_type = std::size_t;
    struct mapping_type {};

    T* data;
    std::array<std::ptrdiff_t, Rank> extents, strides;
    bool has_strides = true;

    static constexpr std::size_t rank() { return Rank; }
    std::ptrdiff_t extent(std::size_t i) const { return extents[i]; }
    std::ptrdiff_t stride(std::size_t i) const { return strides[i]; }
    T* data_handle() const { return data; }
    bool is_strided() const { return has_strides; }
};

template <std::size_t Rank>
void check_gaps_refused(const strided_view<double, Rank>& x,
                        std::initializer_list<std::string_view> parts) {
    check_refused<bad_shape>(
        [&] { static_cast<void>(state_traits<strided_view<double, Rank>>::view(x)); }, parts);
}

}  // namespace

TEST_CASE("row-major views are used in place: the first index is the sample") {
    std::vector<double> memory(12);
    CHECK(sample_into(strided_view<double, 2>{memory.data(), {6, 2}, {2, 1}}) == memory.data());
    CHECK(holds_samples(memory.data()));
    std::vector<float> cube(12);
    CHECK(sample_into(strided_view<float, 3>{cube.data(), {6, 1, 2}, {2, 9, 1}}) == cube.data());
    CHECK(holds_samples(cube.data()));
    strided_view<double, 1> numbers{memory.data(), {12}, {1}};
    CHECK(state_traits<strided_view<double, 1>>::view(numbers).samples == 12);
    CHECK(batch(numbers, 6).elements == 2);
}

TEST_CASE("other strides are refused, with the strides") {
    std::vector<double> memory(24);
    double* const data = memory.data();
    check_gaps_refused<1>({data, {6}, {2}}, {"diffgen: ", "(6)", "(1), not (2)"});
    check_gaps_refused<2>({data, {6, 2}, {4, 1}}, {"(2, 1), not (4, 1)"});  // padded samples
    check_gaps_refused<2>({data, {6, 2}, {1, 6}}, {"(2, 1), not (1, 6)"});  // layout_left
    check_gaps_refused<2>({data, {6, 2}, {1, 1}}, {"(2, 1), not (1, 1)"});  // overlapping
    check_gaps_refused<1>({data + 23, {6}, {-1}}, {"(1), not (-1)"});
    check_gaps_refused<2>({data, {6, 0}, {0, 1}}, {"empty batch"});
    check_gaps_refused<2>({data, {6, 2}, {2, 1}, false}, {"must have strides"});
}

namespace {

/// A view that is made of its extents, as those of std::layout_right and std::layout_left are.
template <class T, bool RowMajor, std::size_t Columns = static_cast<std::size_t>(-1)>
struct view_by_extents : strided_view<T, 2> {
    using index_type = std::size_t;

    view_by_extents(T* memory, std::size_t rows, std::size_t columns)
        : strided_view<T, 2>{
              memory,
              {std::ptrdiff_t(rows), std::ptrdiff_t(columns)},
              {RowMajor ? std::ptrdiff_t(columns) : 1, RowMajor ? 1 : std::ptrdiff_t(rows)}} {}
    static constexpr std::size_t static_extent(std::size_t i) {
        return i == 1 ? Columns : static_cast<std::size_t>(-1);
    }
};

}  // namespace

TEST_CASE("a batch becomes a view of samples x elements") {
    std::vector<float> memory{1, 2, 3, 4, 5, 6};
    const auto m = to_mdspan<view_by_extents<float, true>>(batch(memory, 2));
    CHECK((m.data == memory.data() && m.extent(0) == 2 && m.extent(1) == 3 && m.stride(0) == 3));
    const auto read = to_mdspan<view_by_extents<const float, true, 3>>(batch(memory, 2));
    CHECK(read.extent(1) == 3);
    check_refused<bad_shape>(
        [&] { static_cast<void>(to_mdspan<view_by_extents<float, true, 2>>(batch(memory, 2))); },
        {"2 samples of 3 numbers", "extent 1 is 2"});
    check_refused<bad_shape>(
        [&] { static_cast<void>(to_mdspan<view_by_extents<float, false>>(batch(memory, 2))); },
        {"(3, 1), not (1, 2)"});
    check_refused<bad_shape>(
        [] { static_cast<void>(to_mdspan<view_by_extents<float, true>>(batch_view<float>{})); },
        {"empty batch"});
}

TEST_CASE("a batch becomes a std::span, a temporary one too") {
    std::vector<float> memory{1, 2, 3, 4, 5, 6};
    const std::span<float> numbers = batch(memory, 2);
    CHECK((numbers.data() == memory.data() && numbers.size() == 6));
    const std::span<const float> read = batch(memory, 2);
    CHECK(read[5] == 6);
    static_assert(!std::convertible_to<batch_view<const float>, std::span<float>>);
    CHECK(batch(numbers, 3).elements == 2);
}
