// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// EDMEulerScheduler of diffusers: Euler's method with the preconditioning of Karras et al. 2022.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/churn.hpp>
#include <diffgen/compat/diffusers/exploding.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The output tag of the raw network F of EDM; as v_prediction, of -F.
struct edm_output {
    static constexpr const char* name = "diffusers' prediction_type of EDM";
    static constexpr bool scales_input = true;
    double sigma_data = 0.5;
    prediction_type type = prediction_type::epsilon;

    [[nodiscard]] conversion to_denoised(const noise_level& l) const {
        conversion c = edm_preconditioned{sigma_data}.to_denoised(l);
        if (type == prediction_type::v_prediction) c.output_factor = -c.output_factor;
        return c;
    }
};

template <class Net>
[[nodiscard]] auto edm_predictor(const config& c, Net net) {
    return predicts(edm_output{c.sigma_data, c.prediction_type}, std::move(net));
}

/// EDMEulerScheduler.
struct edm_euler : churned_euler<edm_output> {
    explicit edm_euler(const config& c, churn added = {})
        : churned_euler{{c.sigma_data, c.prediction_type}, added} {}
};

/// The grid of n steps; the network is told log(sigma) / 4. An exponential grid of one step starts
/// at sigma_min.
[[nodiscard]] inline at_sigmas edm_grid(const config& c, int n) {
    if (n < 1) throw bad_argument(diffgen::detail::text("diffgen: 'num_inference_steps' is ", n));
    const double low = c.sigma_min.value_or(0.002), high = c.sigma_max.value_or(80);
    at_sigmas grid{{},
                   c.sigma_schedule == sigma_schedule::karras
                       ? karras_sigmas(high, low, n, c.rho)
                       : exponential_sigmas(n > 1 ? high : low, low, n),
                   std::hypot(high, 1.)};
    for (const double s : grid.sigmas)
        grid.timesteps.push_back(0.25 * std::log(s));
    grid.sigmas.push_back(final_sigma(c, grid.sigmas.back()));
    return grid;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
