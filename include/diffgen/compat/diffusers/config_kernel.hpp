// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The forward kernel of a diffusers configuration, and what an entry of a scheduler's `sigmas` is.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// Whether a class preconditions its network as Karras et al. 2022 do.
[[nodiscard]] inline bool preconditions(const config& c) {
    return c.scheduler == scheduler::edm_dpm_solver_multistep ||
           c.scheduler == scheduler::cosine_dpm_solver_multistep;
}

/// What a sigma of a configuration stands for: its forward kernel, chosen at run time.
class config_kernel {
  public:
    explicit config_kernel(const config& c)
        : space_(preconditions(c)    ? space::exploding
                 : c.use_flow_sigmas ? space::interpolating
                                     : space::preserving) {}

    [[nodiscard]] kernel::scales level(double log_snr) const {
        switch (space_) {
            case space::preserving:
                return kernel::variance_preserving::level(log_snr);
            case space::interpolating:
                return kernel::linear_interpolant::level(log_snr);
            case space::exploding:
                break;
        }
        return kernel::variance_exploding::level(log_snr);
    }
    [[nodiscard]] double log_alpha_rate(double log_snr) const {
        switch (space_) {
            case space::preserving:
                return kernel::variance_preserving::log_alpha_rate(log_snr);
            case space::interpolating:
                return kernel::linear_interpolant::log_alpha_rate(log_snr);
            case space::exploding:
                break;
        }
        return kernel::variance_exploding::log_alpha_rate(log_snr);
    }
    /// The level of an entry of the scheduler's `sigmas`: sigma / alpha, or sigma itself where
    /// alpha is 1 - sigma. Not by way of its log-SNR, in which a small alpha loses digits.
    [[nodiscard]] noise_level of_sigma(double sigma, double timestep) const {
        if (sigma == 0) return {timestep, diffgen::detail::infinity, 1, 0, timestep};
        const double root = std::sqrt(product(sigma, sigma) + 1);
        const double alpha = space_ == space::interpolating ? 1 - sigma
                             : space_ == space::preserving  ? 1 / root
                                                            : 1.;
        const double own = space_ == space::preserving ? sigma * alpha : sigma;
        return {timestep, 2 * (std::log(alpha) - std::log(own)), alpha, own, timestep};
    }

  private:
    enum class space { preserving, interpolating, exploding };
    space space_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
