// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// From levels to numbers with a density: level k becomes k + u, u in (0, 1) (Theis et al. 2016),
// scaled to (0, 1), or through the logit onto the whole line (Dinh et al. 2017, section 4.1). The
// expectation over u of the log density of the numbers, per unit of k, is at most log P(k).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::likelihood {

/// A number, and the logarithm of its derivative by k + u.
struct dequantised {
    double value;
    double log_det;
};

/// p = margin + (1 - 2 margin) (k + u) / count, y = log(p / (1 - p)).
struct dequantised_logit {
    int count = 256;
    double margin = 0.05;

    void check() const {
        require(count > 1 && margin >= 0 && margin < 0.5, "dequantised_logit of ", count,
                " levels with margin = ", margin,
                "; there are 2 levels or more, the margin is in [0, 1/2)");
    }
    [[nodiscard]] dequantised operator()(int k, double u) const {
        const double scale = (1 - 2 * margin) / count;
        const double p = margin + scale * (k + u), q = margin + scale * (count - k - u);
        return {std::log(p) - std::log(q), std::log(scale) - std::log(p) - std::log(q)};
    }
    /// The level whose cell y lies in; beyond the ends the first or the last.
    [[nodiscard]] int level(double y) const {
        const double p = 1 / (1 + std::exp(-y));
        const double k = std::floor((p - margin) / (1 - 2 * margin) * count);
        return k < 0 ? 0 : k >= count ? count - 1 : static_cast<int>(k);
    }
};

/// y = first + (k + u) step, the cells side by side.
struct dequantised_uniform {
    int count = 256;
    double first = 0, step = 1. / 256;

    void check() const {
        require(count > 1 && step > 0 && std::isfinite(step) && std::isfinite(first),
                "dequantised_uniform of ", count, " levels from ", first, " in steps of ", step,
                "; there are 2 levels or more, in steps above 0");
    }
    [[nodiscard]] dequantised operator()(int k, double u) const {
        return {first + (k + u) * step, std::log(step)};
    }
    /// The level whose cell y lies in; beyond the ends the first or the last.
    [[nodiscard]] int level(double y) const {
        const double k = std::floor((y - first) / step);
        return k < 0 ? 0 : k >= count ? count - 1 : static_cast<int>(k);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::likelihood

#include <diffgen/core/with_macros.hpp>
