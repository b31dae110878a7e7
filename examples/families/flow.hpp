// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A flow of spline couplings on logits of dequantised levels: y = logit(a + (1 - 2 a) (k + u) /
// 17). log p(k) >= E log p(y) + log |dy / dk|, and with many u the bound rises (Ho et al. 2019).

#include <diffgen/family/bijection/chain.hpp>
#include <diffgen/family/bijection/coupling.hpp>
#include <diffgen/family/bijection/spline.hpp>
#include <diffgen/family/pushforward.hpp>
#include <diffgen/nn/mlp.hpp>

#include "data.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace families {

class flow {
  public:
    static constexpr const char* name = "flow";
    static constexpr const char* kind = "bound, logit dequantisation, 32 draws";
    static constexpr std::int64_t steps = 1100;

    nn::parameters<float> list;

    flow() : layers_(make(list)) {}

    /// -log p(k) in bits a pixel, averaged over the batch; one u a pixel.
    nn::variable<float> operator()(const matrix& data, const nn::shard<float>& part) const {
        const matrix y = dequantised(batch_of(data, part), static_cast<std::uint32_t>(part.step),
                                     static_cast<std::uint64_t>(part.first) * pixels, 13);
        const auto log_p = log_density(dropping(part, 0.2), part.record.constant(y));
        const auto known = part.record.constant(log_slope(y));
        return sum(log_p + known) *
               static_cast<float>(-1 / (std::log(2.0) * pixels * static_cast<double>(part.batch)));
    }

    /// log p of every digit, in nats.
    std::vector<double> log_likelihood(const nn::parameters<float>& weights,
                                       const matrix& data) const {
        constexpr int draws = 32;
        std::vector<double> result;
        for (Eigen::Index i = 0; i < data.cols(); ++i) {
            nn::tape<float> record;
            const matrix y =
                dequantised(data.col(i).replicate(1, draws), static_cast<std::uint32_t>(i), 0, 14);
            const auto log_p =
                log_density(weights.on(record), record.constant(y)) + record.constant(log_slope(y));
            const auto all = log_p.value().cast<double>().eval();
            const double top = all.maxCoeff();
            result.push_back(top + std::log((all.array() - top).exp().mean()));
        }
        return result;
    }

    /// Levels of `count` samples.
    matrix sample(const nn::parameters<float>& weights, Eigen::Index count) const {
        const diffgen::family::pushforward push(diffgen::family::inverse_of{layers_},
                                                diffgen::family::standard_normal{pixels});
        matrix y(pixels, count);
        push.generate(diffgen::exec::cpp, weights,
                      diffgen::batch(y.data(), static_cast<std::size_t>(y.size()),
                                     static_cast<std::size_t>(count)),
                      15);
        const auto p = (1 + (-y.array()).exp()).inverse();
        return (((p - edge) / (1 - 2 * edge) * levels).floor()).max(0.f).min(levels - 1.f).matrix();
    }

  private:
    using function = diffgen::family::rational_quadratic<>;
    using coupling = diffgen::family::coupling<function, nn::mlp<>>;
    using stack = diffgen::family::repeated<coupling>;
    static constexpr float edge = 0.05f;  // logits stay within [-2.95, 2.95], inside of the box

    /// Eight couplings; pairs of random halves, each half and the other.
    static stack make(nn::parameters<float>& list) {
        const function spline;
        std::vector<coupling> layers;
        const std::vector<nn::extent> sizes{pixels / 2, 192, 192, pixels / 2 * spline.arity()};
        for (int l = 0; l < 8; ++l) {
            std::vector<int> order(pixels), mask(pixels, 0);
            const nn::shuffle random(
                pixels, diffgen::noise::philox{static_cast<std::uint64_t>(20 + l / 2)});
            for (int i = 0; i < pixels; ++i)
                mask[static_cast<std::size_t>(random(i))] = (i < pixels / 2) == (l % 2 == 0);
            layers.emplace_back(mask, spline,
                                nn::mlp<>::make(list, "layer" + std::to_string(l), sizes,
                                                diffgen::noise::philox{1}, {}, 0.0));
        }
        return stack(std::move(layers));
    }

    template <class W>
    nn::variable<float> log_density(const W& w, const nn::variable<float>& y) const {
        const auto m = layers_.forward(w, y);
        return diffgen::family::standard_normal{pixels}.log_density(m.value) + m.log_det;
    }
    static matrix dequantised(const matrix& k, std::uint32_t draw, std::uint64_t first,
                              std::uint64_t seed) {
        const diffgen::noise::philox random{seed};
        matrix y(k.rows(), k.cols());
        for (Eigen::Index i = 0; i < k.size(); ++i) {
            const auto u = random.uniform<float>(diffgen::noise::stream::training, draw,
                                                 first + static_cast<std::uint64_t>(i));
            const float p = edge + (1 - 2 * edge) * (k.data()[i] + u) / levels;
            y.data()[i] = std::log(p / (1 - p));
        }
        return y;
    }
    /// log |dy / dk| of every column.
    static matrix log_slope(const matrix& y) {
        // dy/dp = 1 / (p (1 - p)), p = sigmoid(y), and dp/dk = (1 - 2 a) / 17.
        const auto sp = ((-y.array().abs()).exp()).log1p() * 2 + y.array().abs();
        return (sp + std::log((1 - 2 * edge) / levels)).matrix().colwise().sum();
    }

    stack layers_;
};

}  // namespace families
