// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the solvers of diffusers that work in lambda make of a network's output.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/lambda_levels.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/guidance/thresholded.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <cmath>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The output tag of a configuration. By class and algorithm it gives the estimate of x_0 itself
/// or, in noise_prediction, the noise first, which is the same but for velocities of paths on which
/// alpha^2 + sigma^2 is not 1.
class lambda_output {
  public:
    static constexpr const char* name = "diffusers' prediction_type";
    static constexpr bool scales_input = true;

    /// Throws compat::unsupported where the class has no such output.
    lambda_output(const config& c, bool noise_prediction)
        : type_(c.prediction_type),
          by_noise_(noise_prediction),
          preconditioned_(preconditions(c)),
          flows_(c.use_flow_sigmas),
          sigma_data_(c.sigma_data) {
        const bool flow = type_ == prediction_type::flow_prediction;
        const bool sample = type_ == prediction_type::sample;
        if ((flow && by_noise_) || (preconditioned_ && (flow || sample)))
            throw unsupported(diffgen::detail::text("diffgen: 'prediction_type' is '",
                                                    diffusers::name(type_), "' in ",
                                                    diffusers::name(c.scheduler)));
    }

    [[nodiscard]] conversion to_denoised(const noise_level& l) const {
        if (preconditioned_) return of_preconditioned(l);
        switch (type_) {
            case prediction_type::epsilon:
                return {1, 1 / l.alpha, -l.sigma / l.alpha};
            case prediction_type::sample:
                return {1, 0, 1};
            case prediction_type::v_prediction:
                return {1,
                        by_noise_ && flows_ ? (1 - product(l.sigma, l.sigma)) / l.alpha : l.alpha,
                        -l.sigma};
            case prediction_type::flow_prediction:
                break;
        }
        return {1, 1, -(flows_ ? l.sigma : l.sigma / l.alpha)};
    }

  private:
    [[nodiscard]] conversion of_preconditioned(const noise_level& l) const {
        conversion c = edm_preconditioned{sigma_data_}.to_denoised(l);
        if (type_ == prediction_type::v_prediction) c.output_factor = -c.output_factor;
        return c;
    }

    prediction_type type_;
    bool by_noise_, preconditioned_, flows_;
    double sigma_data_;
};

/// The predictor of a configuration: the network (see predicts) and its timestep, for the solvers
/// that take the noise (`noise_prediction`) or the data.
template <class Net>
[[nodiscard]] auto lambda_predictor(const config& c, bool noise_prediction, Net net) {
    return predicts(lambda_output(c, noise_prediction), std::move(net));
}
/// The same with the estimate of x_0 thresholded.
template <class Net>
[[nodiscard]] auto thresholding_lambda_predictor(const config& c, bool noise_prediction, Net net) {
    return thresholded{lambda_predictor(c, noise_prediction, std::move(net)),
                       c.dynamic_thresholding_ratio, c.sample_max_value};
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
