// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// More grids by noise, with the ends of grid::karras: the log-SNR along a power (k-diffusion's
// "polyexponential"), and the angle atan(sigma / alpha) uniform (Sabour et al. 2024).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/grid/karras.hpp>

#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

/// log(sigma / alpha) falls along (1 - u)^rho; rho = 1 is grid::log_snr.
struct polyexponential {
    double rho = 1;
    ratio_bounds bounds{};
    bool ends_at_sigma_min =
        false;  ///< end at sigma_min after n steps, without the step to the clean end

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        diffgen::detail::require(diffgen::detail::is_positive(rho),
                                 "polyexponential with rho = ", rho, "; must be above 0");
        return detail::by_noise(p, n, bounds, ends_at_sigma_min,
                                [&](double u, double high, double low) {
                                    return low * std::pow(high / low, std::pow(1 - u, rho));
                                });
    }
};

/// atan(sigma / alpha) uniform, which is best for Gaussian data of variance 1.
struct kl_optimal {
    ratio_bounds bounds{};
    bool ends_at_sigma_min =
        false;  ///< end at sigma_min after n steps, without the step to the clean end

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        return detail::by_noise(
            p, n, bounds, ends_at_sigma_min, [](double u, double high, double low) {
                return std::tan(product(1 - u, std::atan(high)) + product(u, std::atan(low)));
            });
    }
};

/// The same by what it is for a variance-preserving process: alpha = cos and sigma = sin of an
/// angle in equal steps.
using cosine = kl_optimal;

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>
