// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/adapt/mdspan.hpp>

#include "check_refused.hpp"
#include "container_runs.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <initializer_list>
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
