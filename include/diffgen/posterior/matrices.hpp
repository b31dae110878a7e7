// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Vectors and matrices of posterior sampling, in double precision on the host. A sample is a
// vector; a set of samples is a matrix with a column for each.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>

#include <Eigen/Core>

namespace diffgen::inline DIFFGEN_ABI::posterior {

using vector = Eigen::VectorXd;
/// Column-major whatever Eigen's default is, so that sums have one order.
using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
using vector_ref = Eigen::Ref<const vector>;
using matrix_ref = Eigen::Ref<const matrix>;
using Eigen::Index;

namespace detail {

using diffgen::detail::is_not_negative;
using diffgen::detail::is_positive;
using diffgen::detail::text;

/// Throws bad_shape unless a vector has so many elements; `name` says which it is.
inline void check_size(const char* name, Index size, Index wanted) {
    if (size != wanted)
        throw bad_shape(text("diffgen: ", name, " has ", size, " elements, not ", wanted));
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
