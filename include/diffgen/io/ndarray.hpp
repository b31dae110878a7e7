// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// An array as files hold it: a shape and the elements in row-major (C) order.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/fail.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

template <class T>
struct ndarray {
    std::vector<std::size_t> shape;
    std::vector<T> data;
};

/// The product of the sizes times `element_bytes`; nothing when it does not fit 63 bits, even where
/// another size is zero, so that every partial product is safe too.
inline std::optional<std::uint64_t> byte_count(std::span<const std::size_t> shape,
                                               std::size_t element_bytes) {
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    std::uint64_t nonzero = element_bytes;
    bool empty = false;
    for (const std::uint64_t size : shape) {
        if (size == 0) {
            empty = true;
        } else if (nonzero > largest / size) {
            return std::nullopt;
        } else {
            nonzero *= size;
        }
    }
    return empty ? 0 : nonzero;
}

/// The bytes of such an array in a file, or nothing where either they or its elements as type T in
/// memory are too many to count.
template <class T>
std::optional<std::uint64_t> byte_count_as(std::span<const std::size_t> shape,
                                           std::size_t element_bytes) {
    return byte_count(shape, sizeof(T)) ? byte_count(shape, element_bytes) : std::nullopt;
}

/// "(2, 3)"
inline std::string shape_text(std::span<const std::size_t> shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (i > 0) text += ", ";
        text += std::to_string(shape[i]);
    }
    return text + ")";
}

/// Throws bad_shape unless the shape holds exactly `elements` elements.
inline void check_shape(std::span<const std::size_t> shape, std::size_t elements) {
    const auto count = byte_count(shape, 1);
    if (!count || *count != elements) {
        throw bad_shape(detail::text("diffgen: the shape ", shape_text(shape), " does not hold ",
                                     elements, " elements"));
    }
}

/// Every number as the nearest T, or as infinity where it is beyond the range of T. So doubles of a
/// file become floats, which readers do not do by themselves.
template <std::floating_point T, class From>
ndarray<T> rounded(const ndarray<From>& array) {
    ndarray<T> result{array.shape, {}};
    result.data.reserve(array.data.size());
    for (const From v : array.data)
        result.data.push_back(static_cast<T>(v));
    return result;
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>
