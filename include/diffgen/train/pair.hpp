// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a denoising network sees and what it should answer, both combinations of data and noise.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::train {

/// input = input_data x_0 + input_noise eps, target = target_data x_0 + target_noise eps.
struct training_pair {
    double input_data, input_noise;
    double target_data, target_noise;
};

/// The level itself; where it has no signal (alpha = 0), one with so little that what is finite in
/// the limit has its value to the last bit. A network of the noise can be trained there, although
/// its answer determines no data.
template <class Level>
[[nodiscard]] Level with_some_signal(Level l) {
    if (l.alpha != 0) return l;
    constexpr int small = -500;  // alpha^2 is a normal number still
    l.alpha = std::ldexp(l.sigma, small);
    l.log_snr = 2 * small * std::log(2.);
    return l;
}

/// From x_t = alpha x_0 + sigma eps (Ho et al. 2020, eq. 4) and D = state x_t + output F(input
/// x_t): the F whose D is x_0. For epsilon this is eps, for velocity alpha eps - sigma x_0, and so
/// on; a prediction needs no rule of its own here. `made_of` is a prediction, or its conversion at
/// the level; of a prediction the pair is also right where alpha = 0.
template <class Level, class Made>
[[nodiscard]] training_pair make_training_pair(const Level& l, const Made& made_of) {
    if constexpr (requires { made_of.to_denoised(l); }) {
        const Level near = with_some_signal(l);
        training_pair pair = make_training_pair(near, made_of.to_denoised(near));
        if (l.alpha == 0) pair.input_data = 0;
        return pair;
    } else {
        return {made_of.input_scale * l.alpha, made_of.input_scale * l.sigma,
                (1 - made_of.state_factor * l.alpha) / made_of.output_factor,
                -made_of.state_factor * l.sigma / made_of.output_factor};
    }
}

}  // namespace diffgen::inline DIFFGEN_ABI::train

#include <diffgen/core/with_macros.hpp>
