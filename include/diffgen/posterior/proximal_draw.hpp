// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The exact draw from a Gaussian prior N(centre, r^2 I) given a measurement: the step of DAPS and
// of split Gibbs sampling that sees the data.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/posterior/measured.hpp>
#include <diffgen/posterior/normals.hpp>

#include <cstdint>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// Every column drawn from p(x) proportional to N(x; centre, r^2 I) N(y; A x, sigma_y^2 I), by
/// perturbing both and solving (Papandreou and Yuille 2010). `draw` numbers the normals, of which
/// two are used.
template <class Operator>
[[nodiscard]] matrix proximal_draw(const matrix& centre, double r, const measured<Operator>& m,
                                   std::uint64_t seed, std::uint32_t draw,
                                   std::uint64_t first_sample) {
    static_assert(solves<Operator>,
                  "diffgen: this posterior method solves with A A' s + r: give the operator a "
                  "member solve(s, r, y), or use posterior::dense of its matrix");
    m.check_rows(centre.cols());
    matrix x = centre + r * detail::normals(seed, noise::stream::guidance, 2 * draw, centre.rows(),
                                            centre.cols(), first_sample);
    const matrix e = detail::normals(seed, noise::stream::guidance, 2 * draw + 1, m.op().rows(),
                                     centre.cols(), first_sample);
    for (Index i = 0; i < x.cols(); ++i) {
        const vector gap = m.y(i) + m.sigma() * e.col(i) - m.op().apply(x.col(i));
        x.col(i) += r * r * m.op().adjoint(m.op().solve(r * r, m.variance(), gap));
    }
    return x;
}

namespace detail {

/// The seed of a part of a run, so that no two parts share normals.
[[nodiscard]] inline std::uint64_t seed_of_part(std::uint64_t seed, std::uint64_t part) {
    std::uint64_t z = seed + 0x9e3779b97f4a7c15u * (part + 1);  // Steele, Lea and Flood 2014
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
