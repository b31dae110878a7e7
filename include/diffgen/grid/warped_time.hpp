// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Grids of programs that bend equal steps of time: smoothstep (stable-diffusion.cpp), sway
// (F5-TTS), bong_tangent (RES4LYF) and logit_normal. The first time is t_max, the last the clean
// end, and over discrete schedules the times between are not rounded.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/process/process_view.hpp>

#include <cmath>
#include <optional>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

/// Times at 3 u^2 - 2 u^3 of equal steps of u: finer at both ends.
struct smoothstep {
    std::optional<double> stop_at{};

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        return detail::by_time(p, n, stop_at, [](double u) { return u * u * (3 - 2 * u); });
    }
};

/// Of the time done, t, is done t + coefficient (cos(pi t / 2) - 1 + t): finer towards the noise
/// for a coefficient below 0 (Chen et al. 2024, F5-TTS, eq. 7). From -1 to 2 / (pi - 2), outside of
/// which the times would not fall.
struct sway {
    double coefficient = -1;
    std::optional<double> stop_at{};

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        constexpr double half_pi = 1.5707963267948966;
        diffgen::detail::require(coefficient >= -1 && coefficient <= 1 / (half_pi - 1),
                                 "a grid with sway ", coefficient,
                                 "; must be between -1 and 1.75, mostly -1");
        return detail::by_time(p, n, stop_at, [this](double u) {
            const double t = 1 - u;
            return u - product(coefficient, std::cos(half_pi * t) - u);
        });
    }
};

/// Times along two arcs of a tangent's inverse that meet at half of the time, after three fifths of
/// the steps.
struct bong_tangent {
    std::optional<double> stop_at{};

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        const int N = n + 2, bend = static_cast<int>(0.6 * N);
        const auto arc = [N](int from_bend) { return -std::atan(8. / N * from_bend); };
        // the part of the arc between the steps `first` and `last`, counted from the bend
        const auto part = [&](int k, int first, int last) {
            return (arc(k) - arc(last)) / (arc(first) - arc(last));
        };
        return detail::by_time(p, n, stop_at, [&](double u) {
            const int k = n - static_cast<int>(std::lround(u * n));
            return k < bend - 1 ? 0.5 + 0.5 * part(k - bend, -bend, -1)
                                : 0.5 * part(k - bend + 1, 0, N - bend - 1);
        });
    }
};

namespace detail {

/// The z below which a standard normal lies with probability u, 0 < u < 1: by bisection, to the
/// last bits of erfc.
[[nodiscard]] inline double normal_quantile(double u) {
    double low = -40, high = 40;
    for (int i = 0; i < 64; ++i) {
        const double z = 0.5 * (low + high);
        (0.5 * std::erfc(-z * 0.7071067811865476) < u ? low : high) = z;
    }
    return 0.5 * (low + high);
}

}  // namespace detail

/// Times at the quantiles of the logistic function of N(mean, deviation^2), from which networks of
/// straight paths are trained (Esser et al. 2024, eq. 19): finer around the middle for a small
/// deviation; a mean above 0 is noisier.
struct logit_normal {
    double mean = 0;
    double deviation = 1;
    std::optional<double> stop_at{};

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        diffgen::detail::require(diffgen::detail::is_positive(deviation) && std::isfinite(mean),
                                 "a grid logit_normal of mean ", mean, " and deviation ", deviation,
                                 "; the mean must be finite, the deviation above 0");
        return detail::by_time(p, n, stop_at, [this](double u) {
            return diffgen::detail::sigmoid(mean + product(deviation, detail::normal_quantile(u)));
        });
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>
