// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// OpenCV's cv::Mat as a batch. No header of OpenCV is needed.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/strided_batch.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

/// cv::Mat, cv::Mat_ and what has their members.
template <class Mat>
concept opencv_mat = requires(const Mat& m) {
    { m.dims } -> std::convertible_to<int>;
    { m.size[0] } -> std::convertible_to<int>;
    { m.step[0] } -> std::convertible_to<std::size_t>;
    { m.depth() } -> std::convertible_to<int>;
    { m.channels() } -> std::convertible_to<int>;
    { m.data } -> std::convertible_to<const unsigned char*>;
};

/// The depth of a matrix, in OpenCV's words.
inline const char* opencv_depth(int depth) {
    static constexpr const char* names[] = {"CV_8U",  "CV_8S",  "CV_16U", "CV_16S",
                                            "CV_32S", "CV_32F", "CV_64F", "CV_16F"};
    return depth >= 0 && depth < 8 ? names[depth] : "of an unknown depth";
}

}  // namespace detail

/// The numbers of a matrix of T (float or double), whose type only its value says: the first index
/// is the sample, which is a row of an ordinary matrix, the image of a blob of images. One image as
/// one sample is batch(view, 1) of it. Throws bad_argument where the elements are not of type T;
/// bad_shape where the matrix is empty or has gaps, as a region of an image has.
template <class T, detail::opencv_mat Mat>
[[nodiscard]] batch_view<T> mat_batch(const Mat& m) {
    static_assert(std::is_same_v<std::remove_const_t<T>, float> ||
                      std::is_same_v<std::remove_const_t<T>, double>,
                  "diffgen: a state is made of floats or doubles");
    constexpr int depth = sizeof(T) == 4 ? 5 : 6;  // CV_32F, CV_64F
    detail::require(m.depth() == depth, "a cv::Mat of ", detail::opencv_depth(m.depth()), " where ",
                    detail::opencv_depth(depth), " is asked for");
    std::vector<std::ptrdiff_t> extents, strides;
    for (int i = 0; i < m.dims; ++i) {
        const std::size_t step = m.step[i];
        detail::require(step % sizeof(T) == 0, "a cv::Mat with ", step,
                        " bytes from one element to the next, not a multiple of ", sizeof(T));
        extents.push_back(m.size[i]);
        strides.push_back(static_cast<std::ptrdiff_t>(step / sizeof(T)));
    }
    if (m.dims > 0 && m.channels() > 1) {
        extents.push_back(m.channels());
        strides.push_back(1);
    }
    return strided_batch(reinterpret_cast<T*>(m.data), extents, strides);
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
