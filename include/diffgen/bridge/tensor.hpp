// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a bridge and a runtime for networks tell each other: inputs, outputs, and tensors in memory
// of the host.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::bridge {

/// A runtime could not evaluate a network. The text has the runtime's own.
class network_failed : public error {
  public:
    using error::error;
};

/// Types of numbers that a bridge hands over; `other` stands for all that it does not know.
enum class element { float32, float64, int32, int64, other };

[[nodiscard]] constexpr const char* name_of(element type) {
    switch (type) {
        case element::float32:
            return "float";
        case element::float64:
            return "double";
        case element::int32:
            return "int32";
        case element::int64:
            return "int64";
        case element::other:
            break;
    }
    return "of a type that bridges do not know";
}

template <class T>
inline constexpr element element_of = element::other;
template <>
inline constexpr element element_of<float> = element::float32;
template <>
inline constexpr element element_of<double> = element::float64;
template <>
inline constexpr element element_of<std::int32_t> = element::int32;
template <>
inline constexpr element element_of<std::int64_t> = element::int64;

[[nodiscard]] constexpr std::size_t bytes_of(element type) {
    return type == element::float64 || type == element::int64 ? 8 : 4;
}

/// The size of a dimension that the network leaves open.
inline constexpr std::int64_t any_size = -1;

/// An input or an output, as the network declares it. No sizes stand for one number.
struct port {
    std::string name;
    element type = element::other;
    std::vector<std::int64_t> shape = {};
};

/// The numbers of one port in one call: row-major, without gaps, in memory of the caller, which the
/// runtime reads for an input and writes for an output.
struct tensor {
    const port* of = nullptr;
    void* data = nullptr;
    std::vector<std::int64_t> shape;

    [[nodiscard]] std::size_t size() const {
        std::size_t numbers = 1;
        for (const std::int64_t extent : shape)
            numbers *= static_cast<std::size_t>(extent);
        return numbers;
    }
    [[nodiscard]] std::size_t bytes() const { return size() * bytes_of(of->type); }
};

namespace detail {

[[nodiscard]] inline std::string shape_text(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (const std::int64_t extent : shape)
        text += (text.size() > 1 ? ", " : "") +
                (extent == any_size ? std::string("?") : std::to_string(extent));
    return text + "]";
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::bridge

#include <diffgen/core/with_macros.hpp>
