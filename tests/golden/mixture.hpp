// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The network of the files that carry a mixture: the exact posterior mean of one-dimensional data,
// element by element. It keeps what it was asked.

#include "golden.hpp"

#include <cmath>

namespace golden {

class mixture {
  public:
    explicit mixture(const json& file)
        : weights_(file.at("mixture").get<std::vector<double>>("weights")),
          means_(file.at("mixture").get<std::vector<double>>("means")),
          deviations_(file.at("mixture").get<std::vector<double>>("stddevs")) {}

    std::vector<double> sigmas{};  ///< sigma / alpha of every evaluation
    table inputs{};                ///< x / alpha

    /// E[x_0 | y = x_0 + sigma eps], the weights of the components kept in logarithms.
    [[nodiscard]] double mean(double y, double sigma) const {
        std::vector<double> log_weights, centres;
        for (std::size_t k = 0; k < weights_.size(); ++k) {
            const double v = deviations_[k] * deviations_[k], total = v + sigma * sigma;
            const double r = y - means_[k];
            log_weights.push_back(std::log(weights_[k]) - 0.5 * (r * r / total + std::log(total)));
            centres.push_back(means_[k] + v / total * r);
        }
        const double top = *std::max_element(log_weights.begin(), log_weights.end());
        double sum = 0, weighted = 0;
        for (std::size_t k = 0; k < weights_.size(); ++k) {
            const double w = std::exp(log_weights[k] - top);
            sum += w;
            weighted += w * centres[k];
        }
        return weighted / sum;
    }

    /// A batched network that refers to this mixture.
    [[nodiscard]] auto network() {
        return [this](diffgen::batch_view<const double> in, diffgen::batch_view<double> out,
                      const diffgen::noise_level& l) {
            sigmas.push_back(l.sigma_over_alpha());
            inputs.emplace_back(in.begin(), in.end());
            for (std::size_t i = 0; i < in.size(); ++i) {
                const double y = inputs.back()[i] /= l.alpha;
                out.data[i] = mean(y, l.sigma_over_alpha());
            }
        };
    }

  private:
    std::vector<double> weights_, means_, deviations_;
};

}  // namespace golden
