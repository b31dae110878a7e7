// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Predictions of consistency models: c_skip x + c_out F, which at the end of the trajectory is x
// itself (Song et al. 2023, section 3; Luo et al. 2023, LCM).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/prediction.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI {

/// The raw network F of a consistency model: Karras et al.'s preconditioning with the boundary at
/// sigma_min (Song et al. 2023, appendix C), on x / alpha. The trajectory ends at sigma_min.
struct consistency_preconditioned {
    static constexpr const char* name = "consistency_preconditioned";
    static constexpr bool scales_input = true;
    double sigma_data = 0.5;   ///< standard deviation of the data
    double sigma_min = 0.002;  ///< sigma / alpha where the function is the identity

    void check() const {
        detail::require(detail::is_positive(sigma_data) && detail::is_not_negative(sigma_min),
                        "consistency_preconditioned with sigma_data = ", sigma_data,
                        " and sigma_min = ", sigma_min, "; must be above 0, and 0 or more");
    }
    [[nodiscard]] conversion to_denoised(const noise_level& l) const {
        const double r = l.sigma_over_alpha(), above = r - sigma_min,
                     d2 = product(sigma_data, sigma_data);
        const double norm = std::hypot(r, sigma_data);
        return {1 / (l.alpha * norm), d2 / ((product(above, above) + d2) * l.alpha),
                above * sigma_data / norm};
    }
};

/// Factors of the state and of the estimate of the data in a consistency function.
struct boundary {
    double skip, out;
};

/// The factors of a latent consistency model at timestep t. They are those of Karras et al. for
/// sigma = scaling t, except that c_out lacks its factor sigma_data (Luo et al. 2023, appendix).
[[nodiscard]] inline boundary latent_boundary(double t, double scaling = 10,
                                              double sigma_data = 0.5) {
    const double norm = std::hypot(scaling * t, sigma_data);
    return {product(sigma_data / norm, sigma_data / norm), scaling * t / norm};
}

/// A latent consistency model: its function is skip x + out D, where D is the estimate of the data
/// that a network of the kind `Output` gives.
template <class Output = epsilon>
struct latent_consistency {
    static constexpr const char* name = "latent_consistency";
    static constexpr bool scales_input = diffgen::scales_input<Output>;
    Output output{};
    double timestep_scaling = 10;  ///< the factor on the timestep, which is the schedule's time
    double sigma_data = 0.5;

    void check() const {
        detail::check(output);
        detail::require(detail::is_positive(timestep_scaling) && detail::is_positive(sigma_data),
                        "latent_consistency with timestep_scaling = ", timestep_scaling,
                        " and sigma_data = ", sigma_data, "; must be above 0");
    }
    [[nodiscard]] conversion to_denoised(const noise_level& l) const {
        const conversion c = output.to_denoised(l);
        const boundary b = latent_boundary(l.t, timestep_scaling, sigma_data);
        return {c.input_scale, b.skip + product(b.out, c.state_factor), b.out * c.output_factor};
    }
};
template <class Output>
latent_consistency(Output) -> latent_consistency<Output>;
template <class Output>
latent_consistency(Output, double) -> latent_consistency<Output>;
template <class Output>
latent_consistency(Output, double, double) -> latent_consistency<Output>;

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
