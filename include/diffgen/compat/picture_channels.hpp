// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pictures of several channels, a matrix each, as the measures of other libraries take them.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/metrics/picture_similarity.hpp>
#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::compat::detail {

/// Throws bad_shape unless both pictures have as many channels, at least one, all of the same size,
/// at least `least` each way; bad_argument unless the range is positive; non_finite on NaN or
/// infinity.
inline void check_channels(std::span<const metrics::matrix> x, std::span<const metrics::matrix> y,
                           double data_range, Eigen::Index least) {
    if (x.size() != y.size() || x.empty()) {
        throw bad_shape(diffgen::detail::text("diffgen: pictures of ", x.size(), " and of ",
                                              y.size(), " channels"));
    }
    for (std::size_t c = 0; c < x.size(); ++c) {
        metrics::detail::check_pictures(x[0], x[c], data_range, least);
        metrics::detail::check_pictures(x[c], y[c], data_range, least);
    }
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::detail

#include <diffgen/core/with_macros.hpp>
