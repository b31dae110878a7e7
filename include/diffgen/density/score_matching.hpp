// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Score matching without the true score: implicit (Hyvarinen 2005, theorem 1) and sliced (Song et
// al. 2019), of a predictor at a noise level on samples of that level. Half the Fisher divergence
// but for a constant that no model changes, E |grad log q|^2 / 2. (Training with them:
// train/score_matching.hpp; the denoising form: train/denoising.hpp.)

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/density/denoiser.hpp>
#include <diffgen/density/divergence.hpp>
#include <diffgen/density/drawn_states.hpp>
#include <diffgen/density/kind.hpp>

#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// tr(grad s) + |s|^2 / 2 of each sample of x, which are at level l; mean_of() is the objective.
/// divergence: exact_trace is the implicit form, hutchinson the sliced one. Throws bad_argument
/// where the level is clean, where D says nothing of the score.
template <class Predictor, class X, class Divergence = exact_trace>
[[nodiscard]] std::vector<double> score_matching(Predictor& predictor, const noise_level& l,
                                                 const X& x, const Divergence& divergence = {}) {
    require(l.sigma > 0, "score matching at the clean level; the level has noise");
    diffgen::detail::check(divergence);
    const detail::rows_of_doubles data(x);
    const std::size_t D = data.elements, each = divergence.count();
    const std::vector<double> v = divergence.probes(data.samples, D, 0);
    std::vector<double> estimates(data.values.size()), products(data.samples * each), found;
    denoiser<detail::numbers_of<X>, Predictor>(predictor, D)
        .estimate(data.values, {&l, 1}, estimates, products, v, v.empty() ? 0 : each);
    const double variance = l.sigma * l.sigma;
    for (std::size_t i = 0; i < data.samples; ++i) {
        double trace = 0, squares = 0;
        for (std::size_t p = 0; p < each; ++p) {
            double length = v.empty() ? static_cast<double>(D) : 0;
            if (!v.empty())
                for (std::size_t d = 0; d < D; ++d)
                    length += v[(i * each + p) * D + d] * v[(i * each + p) * D + d];
            trace +=
                (l.alpha * products[i * each + p] - length) / variance / static_cast<double>(each);
        }
        for (std::size_t d = 0; d < D; ++d) {
            const double s = (l.alpha * estimates[i * D + d] - data.values[i * D + d]) / variance;
            squares += s * s;
        }
        found.push_back(trace + 0.5 * squares);
    }
    return found;
}

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>
