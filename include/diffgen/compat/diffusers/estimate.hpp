// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What diffusers makes of a network's output: the estimate of x_0, clipped, and beside it the noise
// of the output itself, not clipped.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/core/stage.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/thresholded.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <utility>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The output tag of a configuration, chosen at run time.
struct model_output {
    static constexpr const char* name = "diffusers' prediction_type";
    prediction_type type = prediction_type::epsilon;
    /// The estimate is clipped. Then that of noise in a state without signal, which is infinite in
    /// diffusers, needs only to be far outside of the bounds.
    bool bounded = false;

    [[nodiscard]] conversion to_denoised(const noise_level& l) const {
        switch (type) {
            case prediction_type::epsilon:
                if (bounded && l.alpha == 0) return {1, 1e30, -1e30 * l.sigma};
                return epsilon::to_denoised(l);
            case prediction_type::sample:
                return denoised::to_denoised(l);
            case prediction_type::v_prediction:
            case prediction_type::flow_prediction:  // refused where the configuration is read
                break;
        }
        return velocity::to_denoised(l);
    }

    /// eps as the output alone gives it, also at levels without noise.
    [[nodiscard]] linear_form noise(const noise_level& l) const {
        using namespace symbol;
        switch (type) {
            case prediction_type::epsilon:
                return network;
            case prediction_type::sample:
                return (x - l.alpha * network) / l.sigma;
            case prediction_type::v_prediction:
            case prediction_type::flow_prediction:  // refused where the configuration is read
                break;
        }
        return l.alpha * network + l.sigma * x;
    }
};

/// The predictor of a configuration without thresholding: the network (see predicts), its estimate
/// clipped if the configuration says so. Its time is the timestep.
template <class Net>
[[nodiscard]] auto predictor(const config& c, Net net) {
    const double bound = c.clip_sample ? c.clip_sample_range : diffgen::detail::infinity;
    return clipped{predicts(model_output{c.prediction_type, c.clip_sample}, std::move(net)), -bound,
                   bound};
}

/// The predictor of a configuration with thresholding, which goes before clipping.
template <class Net>
[[nodiscard]] auto thresholding_predictor(const config& c, Net net) {
    return thresholded{predicts(model_output{c.prediction_type, false}, std::move(net)),
                       c.dynamic_thresholding_ratio, c.sample_max_value};
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
