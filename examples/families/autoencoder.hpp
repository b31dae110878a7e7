// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A variational autoencoder: 16 latent numbers, and a decoder that gives every pixel a distribution
// over its 17 levels.

#include <diffgen/family/autoregressive/likelihood.hpp>
#include <diffgen/family/objective/variational.hpp>
#include <diffgen/nn/mlp.hpp>

#include "data.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

namespace families {

/// A level of every pixel, drawn from its logits (blocks of classes) by uniform numbers.
inline matrix drawn_levels(const matrix& logits, const diffgen::noise::philox& random) {
    matrix k(pixels, logits.cols());
    for (Eigen::Index j = 0; j < logits.cols(); ++j)
        for (Eigen::Index d = 0; d < pixels; ++d) {
            // The largest of logit + Gumbel noise.
            float best = -INFINITY;
            for (Eigen::Index c = 0; c < levels; ++c) {
                const auto u = random.uniform<float>(diffgen::noise::stream::prior,
                                                     static_cast<std::uint32_t>(c),
                                                     static_cast<std::uint64_t>(j * pixels + d));
                const float v = logits(c * pixels + d, j) - std::log(-std::log(u));
                if (v > best) {
                    best = v;
                    k(d, j) = static_cast<float>(c);
                }
            }
        }
    return k;
}

class autoencoder {
  public:
    static constexpr const char* name = "autoencoder";
    static constexpr const char* kind = "bound, 100 importance-weighted draws";
    static constexpr std::int64_t steps = 2500;
    static constexpr Eigen::Index latent = 16;

    nn::parameters<float> list;

    autoencoder() : model_(make(list)) {}

    /// Minus the bound in bits a pixel. The weight of the KL term rises in the first fifth, so that
    /// the decoder does not learn to do without the latent numbers.
    nn::variable<float> operator()(const matrix& data, const nn::shard<float>& part) const {
        const auto x = part.record.constant(batch_of(data, part));
        const std::vector<nn::variable<float>> noise{
            part.record.constant(normals(part.count, static_cast<std::uint32_t>(part.step),
                                         static_cast<std::uint64_t>(part.first)))};
        const auto p = model_.parts(dropping(part, 0.2), x, noise);
        const double beta = std::min(1.0, 5.0 * static_cast<double>(part.step + 1) / steps);
        return sum(diffgen::family::elbo(p.log_p_x, p.kl, beta)) *
               static_cast<float>(-1 / (std::log(2.0) * pixels * static_cast<double>(part.batch)));
    }

    std::vector<double> log_likelihood(const nn::parameters<float>& weights,
                                       const matrix& data) const {
        constexpr Eigen::Index draws = 100, together = 25;
        std::vector<double> result;
        for (Eigen::Index first = 0; first < data.cols(); first += together) {
            const auto count = std::min(together, data.cols() - first);
            nn::tape<float> record;
            // The draws of a digit stand side by side.
            matrix x(pixels, count * draws);
            for (Eigen::Index i = 0; i < count; ++i)
                x.middleCols(i * draws, draws) = data.col(first + i).replicate(1, draws);
            const std::vector<nn::variable<float>> noise{record.constant(
                normals(count * draws, 1u << 31, static_cast<std::uint64_t>(first * draws)))};
            const auto w = weights.on(record);
            const auto p = model_.parts(w, record.constant(x), noise);
            const auto bound =
                diffgen::family::importance_weighted_bound(reshape(p.log_weights(), draws, count));
            for (Eigen::Index i = 0; i < count; ++i)
                result.push_back(static_cast<double>(bound.value()(0, i)));
        }
        return result;
    }

    matrix sample(const nn::parameters<float>& weights, Eigen::Index count) const {
        nn::tape<float> record;
        const auto w = weights.on(record);
        const auto logits = model_.decoder()(w, record.constant(normals(count, 1u << 30, 0)));
        return drawn_levels(logits.value(), diffgen::noise::philox{16});
    }

  private:
    struct encoder {
        nn::mlp<> network;
        template <class W, class X>
        diffgen::family::gaussian_posterior<X> operator()(const W& w, const X& x) const {
            const X h = network(w, X(x * 0.125f - 1.f));
            return {slice_rows(h, 0, latent), slice_rows(h, latent, latent)};
        }
    };
    struct observation {
        template <class X>
        X operator()(const X& logits, const X& x) const {
            return diffgen::family::categorical_log_likelihood(logits, x, levels);
        }
    };
    using model = diffgen::family::variational_autoencoder<encoder, nn::mlp<>, observation>;

    static model make(nn::parameters<float>& list) {
        const diffgen::noise::philox random{1};
        const std::vector<nn::extent> down{pixels, 256, 256, 2 * latent},
            up{latent, 256, 256, pixels * levels};
        encoder e{nn::mlp<>::make(list, "encoder", down, random, {}, 0.1)};
        return model(std::move(e), nn::mlp<>::make(list, "decoder", up, random), {});
    }
    static matrix normals(Eigen::Index count, std::uint32_t draw, std::uint64_t first) {
        matrix z(latent, count);
        for (Eigen::Index i = 0; i < z.size(); ++i)
            z.data()[i] = diffgen::noise::philox{17}.normal<float>(
                diffgen::noise::stream::training, draw,
                first * latent + static_cast<std::uint64_t>(i));
        return z;
    }

    model model_;
};

}  // namespace families
