// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The dense matrices of the networks: column-major, a column is a sample, a row a feature.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>

#include <Eigen/Core>

#include <string>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Sizes and places of matrices, signed. (`index` is a function of <strings.h>, which a program
/// that opens this namespace would meet.)
using extent = Eigen::Index;

/// The order is named: EIGEN_DEFAULT_TO_ROW_MAJOR changes Eigen's default.
template <class T>
using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;

/// A matrix that lies elsewhere, to read.
template <class T>
using view = Eigen::Map<const matrix<T>>;

/// A matrix that lies elsewhere, to write.
template <class T>
using span_matrix = Eigen::Map<matrix<T>>;

/// A block of a matrix that lies elsewhere, to read and to write.
template <class T>
using block_view = Eigen::Map<const matrix<T>, Eigen::Unaligned, Eigen::OuterStride<>>;
template <class T>
using span_block = Eigen::Map<matrix<T>, Eigen::Unaligned, Eigen::OuterStride<>>;

/// How an operand of a product enters it.
enum class form { plain, transposed };

namespace detail {

/// "3 x 4", for the texts of errors.
inline std::string shape_text(extent rows, extent cols) {
    return diffgen::detail::text(rows, " x ", cols);
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
