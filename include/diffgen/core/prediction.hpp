// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a network predicts, and the affine map from it to the denoised estimate D = E[x_0 | x_t].
// With c = (input_scale, state_factor, output_factor): D = state x + output net(input x). Karras et
// al. 2022 (table 1), Salimans and Ho 2022 (velocity), Liu et al. 2022 (flow velocity).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI {

/// D = state x + output net(input x).
struct conversion {
    double input_scale = 1, state_factor = 0, output_factor = 1;
};

/// eps of x = alpha x_0 + sigma eps. Undefined where alpha = 0.
struct epsilon {
    static constexpr const char* name = "epsilon";
    [[nodiscard]] static conversion to_denoised(const noise_level& l) {
        return {1, 1 / l.alpha, -l.sigma / l.alpha};
    }
};

/// x_0 itself (the "sample" prediction).
struct denoised {
    static constexpr const char* name = "denoised";
    [[nodiscard]] static conversion to_denoised(const noise_level&) { return {1, 0, 1}; }
};

/// v = alpha eps - sigma x_0, in the kernel's own alpha and sigma.
struct velocity {
    static constexpr const char* name = "velocity";
    [[nodiscard]] static conversion to_denoised(const noise_level& l) {
        const double norm2 = product(l.alpha, l.alpha) + product(l.sigma, l.sigma);
        return {1, l.alpha / norm2, -l.sigma / norm2};
    }
};

/// The score grad log q_t(x) = -eps / sigma. Undefined where alpha = 0.
struct score {
    static constexpr const char* name = "score";
    [[nodiscard]] static conversion to_denoised(const noise_level& l) {
        return {1, 1 / l.alpha, l.sigma * l.sigma / l.alpha};
    }
};

/// u = eps - x_0, the velocity of the straight path of rectified flow and flow matching.
struct flow {
    static constexpr const char* name = "flow";
    [[nodiscard]] static conversion to_denoised(const noise_level& l) {
        const double sum = l.alpha + l.sigma;
        return {1, 1 / sum, -l.sigma / sum};
    }
};

/// The raw network F of Karras et al. 2022, eq. 7: D = c_skip x + c_out F(c_in x), on x / alpha.
struct edm_preconditioned {
    static constexpr const char* name = "edm_preconditioned";
    static constexpr bool scales_input = true;  ///< the network does not see the state itself
    double sigma_data = 0.5;                    ///< standard deviation of the data

    void check() const {
        detail::require(detail::is_positive(sigma_data),
                        "edm_preconditioned with sigma_data = ", sigma_data,
                        "; must be above 0: the standard deviation of the data");
    }
    [[nodiscard]] conversion to_denoised(const noise_level& l) const {
        const double s = l.sigma / l.alpha, norm2 = product(s, s) + product(sigma_data, sigma_data);
        return {1 / (l.alpha * std::sqrt(norm2)), sigma_data * sigma_data / (norm2 * l.alpha),
                s * sigma_data / std::sqrt(norm2)};
    }
};

/// Whether networks of this kind see the state times a factor.
template <class Output>
inline constexpr bool scales_input = requires {
    requires Output::scales_input;
};

/// The conversion of `output` at `l`, checked.
/// Throws bad_argument where the prediction determines no denoised estimate (epsilon, score and
/// EDM preconditioning at alpha = 0).
template <class Output>
[[nodiscard]] conversion checked_conversion(const Output& output, const noise_level& l) {
    const conversion c = output.to_denoised(l);
    if (!std::isfinite(c.input_scale) || !std::isfinite(c.state_factor) ||
        !std::isfinite(c.output_factor))
        throw bad_argument(detail::text(
            "diffgen: a prediction of type ", Output::name, " says nothing about the data at t = ",
            l.t, ", where alpha = ", l.alpha, " and sigma = ", l.sigma,
            "; start where alpha is above 0, or use velocity or denoised"));
    return c;
}

/// The affine map {x, output} -> wanted output, at one level: to = state x + output * from.
struct affine_conversion {
    double state, output;
};

/// Converts one kind of prediction into another at a level where both are defined.
template <class From, class To>
[[nodiscard]] affine_conversion convert(const From& from, const To& to, const noise_level& l) {
    const conversion f = checked_conversion(from, l), t = to.to_denoised(l);
    if (t.output_factor == 0 || !std::isfinite(t.state_factor) || !std::isfinite(t.output_factor))
        throw bad_argument(detail::text("diffgen: ", To::name, " cannot be had from ", From::name,
                                        " at t = ", l.t, " (alpha = ", l.alpha,
                                        ", sigma = ", l.sigma, ")"));
    return {(f.state_factor - t.state_factor) / t.output_factor, f.output_factor / t.output_factor};
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
