// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a denoising network sees and what it should answer, both combinations of data and noise.

namespace diffgen::train {

/// input = input_data x_0 + input_noise eps, target = target_data x_0 + target_noise eps.
struct training_pair {
    double input_data, input_noise;
    double target_data, target_noise;
};

/// From x_t = alpha x_0 + sigma eps (formula 5) and D = state x_t + output F(input x_t): the F
/// whose D is x_0. For epsilon this is eps, for velocity alpha eps - sigma x_0, and so on; a
/// prediction needs no rule of its own here.
template <class Level, class Conversion>
training_pair make_training_pair(const Level& l, const Conversion& c) {
    return {c.input_scale * l.alpha, c.input_scale * l.sigma,
            (1 - c.state_factor * l.alpha) / c.output_factor,
            -c.state_factor * l.sigma / c.output_factor};
}

}  // namespace diffgen::train
