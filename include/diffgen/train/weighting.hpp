// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How much the error at a noise level counts. Each policy gives the factor of |F - F*|^2, the
// squared error of what the network predicts, from the conversion D = state x + output F: an error
// of F is one of D divided by |output|, one of the score divided by |output| alpha / sigma^2.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/train/pair.hpp>

#include <algorithm>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::train {

/// Every level the same in the network's own terms: L_simple for epsilon (Ho et al. 2020,
/// eq. 14).
struct unit_weight {
    template <class Process, class Level, class Conversion>
    double operator()(const Process&, const Level&, const Conversion&) const {
        return 1;
    }
};

namespace detail {

/// The square of d(score) / dF.
template <class Level, class Conversion>
double score_factor(const Level& l, const Conversion& c) {
    const double factor = c.output_factor * l.alpha / (l.sigma * l.sigma);
    return factor * factor;
}

}  // namespace detail

/// Denoising score matching with lambda = sigma^2 (Song and Ermon 2019, eq. 6).
struct score_matching_weight {
    template <class Process, class Level, class Conversion>
    double operator()(const Process&, const Level& l, const Conversion& c) const {
        return l.sigma * l.sigma * detail::score_factor(l, c);
    }
};

/// Score matching with lambda = g(t)^2, which bounds the likelihood (Song, Durkan et al. 2021,
/// theorem 1). Unbounded as sigma -> 0.
struct likelihood_weight {
    template <class Process, class Level, class Conversion>
    double operator()(const Process& process, const Level& l, const Conversion& c) const {
        return process.diffusion_squared(l.t) * detail::score_factor(l, c);
    }
};

/// min(SNR, gamma) on the denoised estimate (Hang et al. 2023, section 3.4).
struct min_snr_weight {
    double gamma = 5;

    template <class Process, class Level, class Conversion>
    double operator()(const Process&, const Level& l, const Conversion& c) const {
        return std::min(std::exp(l.log_snr), gamma) * c.output_factor * c.output_factor;
    }
};

/// (s^2 + sigma_data^2) / (s sigma_data)^2 on the denoised estimate, s = sigma / alpha (Karras et
/// al. 2022, table 1): one for the preconditioned network.
struct edm_weight {
    double sigma_data = 0.5;

    template <class Process, class Level, class Conversion>
    double operator()(const Process&, const Level& l, const Conversion& c) const {
        const double s2 = std::exp(-with_some_signal(l).log_snr), d2 = sigma_data * sigma_data;
        return (s2 + d2) / (s2 * d2) * c.output_factor * c.output_factor;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::train

#include <diffgen/core/with_macros.hpp>
