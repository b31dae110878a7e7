// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A noise level of a Gaussian diffusion: x_t = alpha x_0 + sigma eps (Kingma et al. 2021, eq. 1).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <cmath>
#include <limits>

namespace diffgen::inline DIFFGEN_ABI {

/// One noise level, in double precision. `clean()` is exactly alpha = 1, sigma = 0.
struct noise_level {
    double t = 0;             ///< time of the schedule
    double log_snr = 0;       ///< log(alpha^2 / sigma^2); +inf without noise, -inf without signal
    double alpha = 1;         ///< factor of the data
    double sigma = 0;         ///< standard deviation of the noise
    double network_time = 0;  ///< what the network is given as time (see time_input)
    double target_time = 0;   ///< the same for the level that a flow map leads to (stage::towards)
    int condition = 0;        ///< under which of its conditions the network is asked (stage::under)

    /// sigma / alpha, the standard deviation of the noise on x / alpha.
    [[nodiscard]] double sigma_over_alpha() const { return std::exp(-0.5 * log_snr); }
    [[nodiscard]] bool is_clean() const { return sigma == 0; }
};

/// The same level as a pass sees it: in the scalar type of the state.
template <class T>
struct level_of {
    T t, log_snr, alpha, sigma, network_time, target_time;
    int condition = 0;
};

template <class T>
[[nodiscard]] level_of<T> cast_level(const noise_level& l) {
    return {static_cast<T>(l.t),
            static_cast<T>(l.log_snr),
            static_cast<T>(l.alpha),
            static_cast<T>(l.sigma),
            static_cast<T>(l.network_time),
            static_cast<T>(l.target_time),
            l.condition};
}

namespace detail {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// 1 / (1 + exp(-x)) without overflow.
inline double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

/// log(1 + exp(x)) without overflow or cancellation.
inline double softplus(double x) {
    return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

/// log(1 - exp(x)) for x <= 0 without cancellation at either end.
inline double log1mexp(double x) {
    return x > -0.6931471805599453 ? std::log(-std::expm1(x)) : std::log1p(-std::exp(x));
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
