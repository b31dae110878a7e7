// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Every library of arrays x every layout x read and write: each library hands the same memory over
// with the same strides, and what becomes of it is the same.
#include <diffgen/adapt/dlpack.hpp>
#include <diffgen/adapt/eigen.hpp>
#include <diffgen/adapt/mdspan.hpp>
#include <diffgen/adapt/opencv.hpp>
#include <diffgen/adapt/xtensor.hpp>

#include "check_refused.hpp"
#include "container_runs.hpp"
#include "dlpack_source.hpp"
#include "opencv_matrix.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>
#include <xtensor/xadapt.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

using namespace diffgen;

namespace {

using pair = std::array<std::ptrdiff_t, 2>;

struct layout {
    const char* name;
    pair extents, strides;
    bool is_batch;
};
constexpr layout layouts[] = {
    {"one sample after the other", {6, 2}, {2, 1}, true},
    {"one number a sample, any stride within it", {12, 1}, {1, 9}, true},
    {"one sample, any stride to the next", {1, 12}, {31, 1}, true},
    {"the other order", {6, 2}, {1, 6}, false},
    {"gaps between samples", {6, 2}, {4, 1}, false},
    {"gaps between elements", {6, 2}, {4, 2}, false},
    {"every second number", {12, 1}, {2, 0}, false},
    {"the same sample again", {6, 2}, {0, 1}, false},
    {"overlapping samples", {6, 2}, {1, 1}, false},
    {"backwards", {6, 2}, {-2, 1}, false},
    {"samples from their end to their beginning", {6, 2}, {2, -1}, false},
};

// Each library: with<T>(data, layout, use) calls use(view), where view() makes the batch of the
// library's array of that memory, with elements that are constant where T is.

struct eigen_map {
    static constexpr const char* name = "Eigen";
    static constexpr bool negative = true;
    template <class T, class Use>
    static void with(T* data, const layout& l, Use use) {
        using matrix = Eigen::MatrixX<std::remove_const_t<T>>;
        using any = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
        using map =
            Eigen::Map<std::conditional_t<std::is_const_v<T>, const matrix, matrix>, 0, any>;
        map x(data, l.extents[1], l.extents[0], any(l.strides[0], l.strides[1]));
        use([&] { return state_traits<map>::view(x); });
    }
};

struct xtensor_adaptor {
    static constexpr const char* name = "xtensor";
    static constexpr bool negative = true;
    template <class T, class Use>
    static void with(T* data, const layout& l, Use use) {
        const std::array<std::size_t, 2> shape{static_cast<std::size_t>(l.extents[0]),
                                               static_cast<std::size_t>(l.extents[1])};
        auto x = xt::adapt(data, shape[0] * shape[1], xt::no_ownership(), shape, l.strides);
        use([&] { return state_traits<decltype(x)>::view(x); });
    }
};

template <class T>
struct strided_span {
    using element_type = T;
    using reference = T&;
    using rank_type = std::size_t;
    struct mapping_type {};

    T* data;
    layout l;

    static constexpr std::size_t rank() { return 2; }
    std::ptrdiff_t extent(std::size_t i) const { return l.extents[i]; }
    std::ptrdiff_t stride(std::size_t i) const { return l.strides[i]; }
    T* data_handle() const { return data; }
    static bool is_strided() { return true; }
};
struct mdspan {
    static constexpr const char* name = "mdspan";
    static constexpr bool negative = true;
    template <class T, class Use>
    static void with(T* data, const layout& l, Use use) {
        strided_span<T> x{data, l};
        use([&] { return state_traits<strided_span<T>>::view(x); });
    }
};

struct dlpack_tensor {
    static constexpr const char* name = "DLPack";
    static constexpr bool negative = true;
    template <class T, class Use>
    static void with(T* data, const layout& l, Use use) {
        testing::dlpack_source<dlpack::managed_tensor_versioned> source(
            const_cast<std::remove_const_t<T>*>(data), {l.extents[0], l.extents[1]},
            {l.strides[0], l.strides[1]});
        if (std::is_const_v<T>) source.managed.flags = dlpack::read_only_flag;
        use([&] { return dlpack::imported<T>(&source.managed).view(); });
        CHECK(source.returned == 1);
    }
};

struct opencv_mat {
    static constexpr const char* name = "cv::Mat";
    static constexpr bool negative = false;  // its strides are unsigned

    template <class T, class Use>
    static void with(T* data, const layout& l, Use use) {
        constexpr int cv_64f = 6;
        const testing::opencv_matrix x(
            const_cast<std::remove_const_t<T>*>(data),
            {static_cast<int>(l.extents[0]), static_cast<int>(l.extents[1])},
            {sizeof(T) * static_cast<std::size_t>(l.strides[0]),
             sizeof(T) * static_cast<std::size_t>(l.strides[1])},
            cv_64f);
        use([&] { return mat_batch<T>(x); });
    }
};

std::string text(const pair& p) {
    return "(" + std::to_string(p[0]) + ", " + std::to_string(p[1]) + ")";
}

/// Calls check(layout) for each that the library can express.
template <class Library, class Check>
void for_layouts(Check check) {
    for (const layout& l : layouts) {
        if (!Library::negative && std::min(l.strides[0], l.strides[1]) < 0) continue;
        CAPTURE(std::string(Library::name));
        CAPTURE(std::string(l.name));
        check(l);
    }
}

}  // namespace

#define LIBRARIES eigen_map, xtensor_adaptor, mdspan, dlpack_tensor, opencv_mat

TEST_CASE_TEMPLATE("written: the samples of a vector, where the array lies, or nothing", Library,
                   LIBRARIES) {
    for_layouts<Library>([](const layout& l) {
        std::vector<double> memory(64, 7);
        double* const first = memory.data() + 20;
        Library::with(first, l, [&](auto view) {
            if (!l.is_batch) {
                check_refused<bad_shape>([&] { static_cast<void>(view()); },
                                         {"diffgen: ", text(l.extents), "not " + text(l.strides)});
                CHECK(std::count(memory.begin(), memory.end(), 7) == 64);
                return;
            }
            const auto x = view();
            CHECK(x.data == first);
            CHECK((x.samples == static_cast<std::size_t>(l.extents[0]) &&
                   x.elements == static_cast<std::size_t>(l.extents[1])));
            testing::sample_scalars(x);
            std::vector<double> expected(12);
            testing::sample_scalars(batch(expected, x.samples));
            CHECK(std::vector<double>(first, first + 12) == expected);
            CHECK(std::count(memory.begin(), memory.end(), 7) == 64 - 12);
        });
    });
}

TEST_CASE_TEMPLATE("read: the numbers at their indices, or nothing", Library, LIBRARIES) {
    for_layouts<Library>([](const layout& l) {
        std::vector<double> memory(64);
        for (std::size_t i = 0; i < memory.size(); ++i)
            memory[i] = static_cast<double>(i);
        const double* const first = memory.data() + 20;
        Library::with(first, l, [&](auto view) {
            if (!l.is_batch) {
                check_refused<bad_shape>([&] { static_cast<void>(view()); },
                                         {"not " + text(l.strides)});
                return;
            }
            const batch_view<const double> x = view();
            for (std::ptrdiff_t i = 0; i < l.extents[0]; ++i)
                for (std::ptrdiff_t j = 0; j < l.extents[1]; ++j)
                    CHECK(x.sample(static_cast<std::size_t>(i))[j] ==
                          first[i * l.strides[0] + j * l.strides[1]]);
        });
    });
}
