// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The churn of diffusers' step(): noise that it adds after the network has seen the state, where
// Karras et al. 2022 (algorithm 2) add it before.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/core/stage.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// Every member bears the name of step()'s argument.
struct churn {
    double s_churn = 0;
    double s_tmin = 0;
    double s_tmax = diffgen::detail::infinity;
    double s_noise = 1;

    void check() const {
        diffgen::detail::require(diffgen::detail::is_not_negative(s_churn), "'s_churn' is ",
                                 s_churn, "; must be 0 (none) or more");
    }

    /// The part by which a call raises sigma; `calls` are those of the run.
    [[nodiscard]] double gamma(double sigma, int calls) const {
        return s_tmin <= sigma && sigma <= s_tmax ? std::min(s_churn / calls, std::sqrt(2.) - 1)
                                                  : 0.;
    }
    /// The deviation of the noise that takes sigma there.
    [[nodiscard]] double added(double sigma, double raised) const {
        return s_noise * std::sqrt((raised - sigma) * (raised + sigma));
    }
};

/// Euler's method in sigma. D comes from the churned state and the output for the state before;
/// Output, a network's tag, is taken at the raised level but for a velocity.
/// Evaluations a step: 1. Noise: 1 draw where gamma > 0.
template <class Output>
struct churned_euler {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    Output output{};
    churn noise{};
    bool output_at_level = false;  ///< not at the raised one
    int calls = 0;                 ///< that the churn is spread over; 0: those of the run

    void check() const { noise.check(); }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level& from = s.from();
        const double gamma = noise.gamma(from.sigma, calls > 0 ? calls : s.count());
        noise_level raised = from;
        raised.sigma = product(from.sigma, gamma + 1);
        const conversion c = output.to_denoised(output_at_level ? from : raised);
        stage out = evaluation_stage(from);
        out.draws = gamma > 0 ? 1 : 0;
        const linear_form state = x + noise.added(from.sigma, raised.sigma) * z;
        const linear_form slope =
            (state - (c.state_factor * state + c.output_factor * network)) / raised.sigma;
        return out.write(0, state + (s.to().sigma - raised.sigma) * slope);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
