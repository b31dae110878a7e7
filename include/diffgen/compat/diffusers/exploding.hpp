// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the schedulers of diffusers share that keep x / alpha, noised by sigma, as their state: the
// network's view of it, the levels and the grid of sigmas. For kernel::variance_exploding.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/sigmas.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/schedule/edm.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The output tag of a network that sees x / sqrt(sigma^2 + 1), the state at unit variance.
struct exploding_output {
    static constexpr const char* name = "diffusers' prediction_type";
    static constexpr bool scales_input = true;
    prediction_type type = prediction_type::epsilon;

    [[nodiscard]] conversion to_denoised(const noise_level& l) const {
        const double norm = std::sqrt(product(l.sigma, l.sigma) + 1);
        switch (type) {
            case prediction_type::epsilon:
                return {1 / norm, 1, -l.sigma};
            case prediction_type::sample:
                return {1 / norm, 0, 1};
            case prediction_type::v_prediction:
            case prediction_type::flow_prediction:  // refused where the configuration is read
                break;
        }
        return {1 / norm, 1 / (norm * norm), -l.sigma / norm};
    }
};

/// Throws compat::unsupported for a prediction of x_0, which some classes do not take.
inline void require_noise_prediction(const config& c) {
    if (c.prediction_type == prediction_type::sample)
        throw unsupported(diffgen::detail::text("diffgen: 'prediction_type' is 'sample' in ",
                                                diffusers::name(c.scheduler)));
}

/// The predictor of a configuration; its time is the timestep.
template <class Net>
[[nodiscard]] auto exploding_predictor(const config& c, Net net) {
    return predicts(exploding_output{c.prediction_type}, std::move(net));
}

/// A network is evaluated at each timestep, at the sigma of the same index; the run ends at the
/// sigma after the last. The state begins with the deviation initial_sigma.
struct at_sigmas {
    static constexpr bool may_rise = true;
    std::vector<double> timesteps;
    std::vector<double> sigmas;  ///< at least one more
    double initial_sigma = 1;

    /// A schedule that covers the grid: sigma itself is its time.
    [[nodiscard]] schedule::edm noise_schedule() const {
        double low = sigmas.front(), high = low;
        for (const double s : sigmas) {
            if (s > 0) low = std::min(low, s);
            high = std::max(high, s);
        }
        return {0.5 * low, high};
    }

    [[nodiscard]] std::vector<noise_level> levels(const process_view&, int /*steps*/) const {
        std::vector<noise_level> l;
        for (std::size_t i = 0; i <= timesteps.size(); ++i) {
            const double s = sigmas[i], t = i < timesteps.size() ? timesteps[i] : 0.;
            l.push_back({t, -2 * std::log(s), 1, s, t});
        }
        return l;
    }
};

/// The deviation of the first state: after `leading` timesteps, which start below the noisiest,
/// that of data of unit variance beside the noise.
[[nodiscard]] inline double initial_sigma(const config& c, const std::vector<double>& sigmas) {
    const double top = *std::max_element(sigmas.begin(), sigmas.end());
    return c.timestep_spacing == timestep_spacing::leading ? std::hypot(top, 1.) : top;
}

/// The sigmas at these timesteps, or n placed ones with the timesteps that they have; then the
/// last.
[[nodiscard]] inline at_sigmas sigma_grid(const config& c, int n, std::vector<double> timesteps) {
    const sigma_table table(c);
    std::vector<double> sigmas;
    for (const double t : timesteps)
        sigmas.push_back(table.at(t));
    if (c.interpolation_type == interpolation_type::log_linear)
        sigmas = exponential_sigmas(table.back(), table.front(), n + 1);
    if (places_sigmas(c)) {
        sigmas = placed_sigmas(c, sigmas.front(), sigmas.back(), n);
        timesteps.clear();
        for (const double s : sigmas)
            timesteps.push_back(table.timestep(s));
    }
    sigmas.push_back(final_sigma(c, table.front()));
    const double initial = initial_sigma(c, sigmas);
    return {std::move(timesteps), std::move(sigmas), initial};
}
[[nodiscard]] inline at_sigmas sigma_grid(const config& c, int n) {
    return sigma_grid(c, n, spaced_times(c, n));
}
/// At the timesteps of the caller. Throws bad_argument where the configuration places its levels
/// otherwise.
[[nodiscard]] inline at_sigmas sigma_grid(const config& c, const std::vector<double>& timesteps) {
    if (timesteps.empty()) throw bad_argument("diffgen: an empty list of timesteps");
    if (places_sigmas(c))
        throw bad_argument(
            "diffgen: the caller's timesteps beside use_*_sigmas of a configuration");
    return sigma_grid(c, static_cast<int>(timesteps.size()), timesteps);
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
