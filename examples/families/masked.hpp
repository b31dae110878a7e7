// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// An autoregressive network (MADE): the distribution of every pixel's level given the pixels before
// it, row by row. Its likelihood is exact.

#include <diffgen/family/autoregressive/likelihood.hpp>
#include <diffgen/family/autoregressive/masked_network.hpp>

#include "autoencoder.hpp"
#include "data.hpp"

#include <cmath>
#include <numeric>
#include <vector>

namespace families {

class masked {
  public:
    static constexpr const char* name = "autoregressive";
    static constexpr const char* kind = "exact";
    static constexpr std::int64_t steps = 1400;

    nn::parameters<float> list;

    masked() : network_(make(list)) {}

    nn::variable<float> operator()(const matrix& data, const nn::shard<float>& part) const {
        const auto x = part.record.constant(batch_of(data, part));
        return sum(log_p(dropping(part, 0.3), x)) *
               static_cast<float>(-1 / (std::log(2.0) * pixels * static_cast<double>(part.batch)));
    }

    std::vector<double> log_likelihood(const nn::parameters<float>& weights,
                                       const matrix& data) const {
        nn::tape<float> record;
        const auto all = log_p(weights.on(record), record.constant(data)).value();
        return {all.data(), all.data() + all.size()};
    }

    /// Pixel after pixel: 64 passes.
    matrix sample(const nn::parameters<float>& weights, Eigen::Index count) const {
        matrix x = matrix::Zero(pixels, count);
        for (Eigen::Index d = 0; d < pixels; ++d) {
            nn::tape<float> record;
            const auto logits = network_(weights.on(record), scaled(record.constant(x)));
            x.row(d) = drawn_levels(logits.value(), diffgen::noise::philox{18}).row(d);
        }
        return x;
    }

  private:
    using network = diffgen::family::masked_mlp<nn::between::silu>;

    static network make(nn::parameters<float>& list) {
        std::vector<int> degrees(pixels);
        std::iota(degrees.begin(), degrees.end(), 1);
        const std::vector<int> widths{384, 384};
        return network::make(list, "masked", degrees, widths, levels, false,
                             diffgen::noise::philox{1});
    }
    template <class X>
    static X scaled(const X& x) {
        return x * 0.125f - 1.f;
    }
    template <class W, class X>
    X log_p(const W& w, const X& x) const {
        return diffgen::family::categorical_log_likelihood(network_(w, scaled(x)), x, levels);
    }

    network network_;
};

}  // namespace families
