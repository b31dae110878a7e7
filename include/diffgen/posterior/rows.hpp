// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows of a batch as vectors. What is done row by row gives the bits that the row has alone.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/posterior/matrices.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::posterior::detail {

template <class T>
[[nodiscard]] vector read_row(const batch_view<T>& rows, std::size_t i) {
    const Eigen::Map<const Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, 1>> row(
        rows.sample(i), static_cast<Index>(rows.elements));
    return row.template cast<double>();
}

template <class T>
void write_row(const batch_view<T>& rows, std::size_t i, const vector_ref& v) {
    check_size("what is written to a row", v.size(), static_cast<Index>(rows.elements));
    Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, 1>> row(rows.sample(i), v.size());
    row = v.template cast<T>();
}

/// The level of row i: the batch's, or the row's own.
inline const noise_level& level_of_row(const noise_level& l, std::size_t) {
    return l;
}
inline const noise_level& level_of_row(std::span<const noise_level> l, std::size_t i) {
    return l[i];
}

[[nodiscard]] inline bool same_noise(const noise_level& a, const noise_level& b) {
    return a.alpha == b.alpha && a.sigma == b.sigma && a.network_time == b.network_time;
}

/// Calls f(bind(level), i) for every row; bind is called again where the level changes. Throws
/// bad_shape where there is not a level for each row.
template <class T, class Level, class Bind, class F>
void for_each_row(const batch_view<T>& rows, const Level& level, Bind bind, F f) {
    if constexpr (!std::is_same_v<Level, noise_level>)
        check_size("the list of levels", static_cast<Index>(level.size()),
                   static_cast<Index>(rows.samples));
    std::optional<std::invoke_result_t<Bind&, const noise_level&>> bound;
    for (std::size_t i = 0; i < rows.samples; ++i) {
        const noise_level& l = level_of_row(level, i);
        if (!bound || !same_noise(l, level_of_row(level, i - 1))) bound.emplace(bind(l));
        f(*bound, i);
    }
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior::detail

#include <diffgen/core/with_macros.hpp>
