// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Denoising diffusion restoration models (Kawar et al. 2022): along each singular vector of the
// operator the state is led by the measurement with just the noise that its level needs, so that
// marginals are kept. No derivative.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/posterior/estimator.hpp>
#include <diffgen/posterior/measured.hpp>
#include <diffgen/posterior/normals.hpp>
#include <diffgen/posterior/operators/singular_values.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

struct ddrm_options {
    double eta = 0.85;  ///< share of fresh noise where nothing is measured
    double eta_b = 1;   ///< weight of the measurement where it is less noisy than the state
    std::uint64_t seed = 0;
    std::uint64_t first_sample = 0;

    void check() const {
        require(eta >= 0 && eta <= 1 && eta_b >= 0 && eta_b <= 1, "ddrm with eta = ", eta,
                ", eta_b = ", eta_b, "; must both be from 0 to 1");
    }
};

/// `count` samples, a column each. levels: of any grid, noisiest first, the last one clean. One
/// evaluation a step. Equations 7 and 8 of the paper, in x / alpha. Throws bad_argument where the
/// levels do not fall or do not end without noise.
template <class Predictor, class Operator>
[[nodiscard]] matrix ddrm(Predictor predictor, const measured<Operator>& m,
                          const std::vector<noise_level>& levels, Index count,
                          const ddrm_options& o = {}) {
    o.check();
    require(levels.size() >= 2 && levels.back().is_clean(), "ddrm over ", levels.size(),
            " levels; there must be 2 or more, the last one clean");
    m.check_rows(count);
    estimator<Predictor> estimate(std::move(predictor));
    const singular_values svd = svd_of(m.op());
    const Index d = m.op().cols(), rank = svd.values.size();
    const vector of_y = m.sigma() / svd.values.array();  // the measurement's noise, as x has it
    const double kept = std::sqrt(1 - o.eta * o.eta);
    matrix x, clean;
    for (std::size_t t = 0; t < levels.size(); ++t) {
        const double s = levels[t].sigma_over_alpha(),
                     before = t > 0 ? levels[t - 1].sigma_over_alpha() : 0;
        require(t == 0 || s < before, "ddrm over levels that rise from ", before, " to ", s);
        const matrix z = detail::normals(o.seed, noise::stream::solver,
                                         static_cast<std::uint32_t>(t), d, count, o.first_sample);
        // As if nothing was measured; then along the singular vectors.
        matrix next = t == 0 ? matrix(s * z)
                             : matrix(clean + kept * s * (x - clean) / before + o.eta * s * z);
        for (Index i = 0; i < count; ++i) {
            const vector y = svd.U.transpose() * m.y(i);
            const vector fresh = svd.V.transpose() * z.col(i);
            const vector unmeasured = svd.V.transpose() * next.col(i);
            vector along = t == 0 ? vector::Zero(rank) : vector(svd.V.transpose() * clean.col(i));
            for (Index k = 0; k < rank; ++k) {
                const double target = y[k] / svd.values[k], n = of_y[k];
                if (t == 0)
                    along[k] = s > n ? target + std::sqrt(s * s - n * n) * fresh[k] : s * fresh[k];
                else if (s < n)
                    along[k] += kept * s * (target - along[k]) / n + o.eta * s * fresh[k];
                else
                    along[k] +=
                        o.eta_b * (target - along[k]) +
                        std::sqrt(std::max(0., s * s - n * o.eta_b * n * o.eta_b)) * fresh[k];
            }
            next.col(i) += svd.V * (along - unmeasured);
        }
        x = std::move(next);
        if (!levels[t].is_clean()) clean = estimate.denoised(levels[t].alpha * x, levels[t]);
    }
    return x;
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
