// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tangential damping of classifier-free guidance (Kwon et al. 2025, TCFG: tangential damping
// classifier-free guidance): the unconditional output keeps only its part along the direction that
// the two outputs have in common.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/noise_level.hpp>
#include <diffgen/guidance/merging.hpp>
#include <diffgen/guidance/of_rows.hpp>

#include <cmath>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

/// The damped unconditional output, of_c c + of_u u.
struct damped_output {
    double of_c, of_u;
};

/// (u.v) v, with v the first right singular vector of the matrix with the rows c and u. With (p, q)
/// the first eigenvector of c c', c u'; u c', u u' it is q (p c + q u). Where both singular values
/// are the same, v is the direction of c.
[[nodiscard]] inline damped_output damp_tangential(const branch_products& p) {
    const double half = (p.cc - p.uu) / 2, root = std::hypot(half, p.cu);
    if (root == 0) return {0, 0};
    // q^2 = (1 - half / root) / 2, without cancellation where c is the longer one
    const double q2 =
        half > 0 ? product(p.cu / root, p.cu / (2 * (root + half))) : 0.5 * (1 - half / root);
    return {p.cu / (2 * root), q2};
}

}  // namespace detail

/// u' + w (c - u') with u' = (u.v) v, where v is the first right singular vector of the two rows c
/// and u (Kwon et al. 2025, algorithm 1), in what the network predicts. Throws bad_argument unless
/// w is finite.
struct tangential {
    static constexpr int inputs = 2;

    of_rows w = 7.5;

    void check() const { w.check("tangential with w"); }
    template <class Space>
    void check_batch(std::size_t samples, std::size_t /*elements*/) const {
        w.check_batch("w of tangential", samples);
    }

    template <class T>
    void merge(const guidance_row<T>& row) const {
        const auto x = row.in(merged_in::prediction);
        const auto [of_c, of_u] = detail::damp_tangential(branch_products::of(x, row.size));
        const double scale = w.at(row.sample);
        const double c = scale + product(1 - scale, of_c), u = (1 - scale) * of_u;
        for (std::size_t i = 0; i < row.size; ++i)
            x.write(i, product(c, x(0, i)) + product(u, x(1, i)));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
