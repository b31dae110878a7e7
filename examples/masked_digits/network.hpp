// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The network: what it says of a masked pixel depends on the whole picture, by a code that a
// residual perceptron gives each pixel, and on the pixels around it, by a perceptron that all
// pixels share.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/discrete/predicts.hpp>
#include <diffgen/nn/layers.hpp>
#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/team.hpp>
#include <diffgen/train/masked_levels.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace masked_digits {

namespace nn = diffgen::nn;
using nn::extent;

inline constexpr int side = 8, pixels = side * side, levels = 17, mask = levels;

class network {
  public:
    using leaves = nn::leaves<float>;
    using variable = nn::variable<float>;

    explicit network(std::uint64_t seed = 1) {
        const diffgen::noise::philox random{seed};
        input_ = nn::linear::make(weights_, "picture.input", 2 * pixels, hidden, random);
        for (int i = 0; i < 2; ++i)
            blocks_.push_back(
                block::make(weights_, "picture.block." + std::to_string(i), hidden, random));
        code_ = nn::linear::make(weights_, "picture.code", hidden, pixels * code, random);
        near_ = nn::linear::make(weights_, "pixel.near", 2 * window * window, head, random);
        by_code_ = nn::linear::make(weights_, "pixel.code", code, head, random);
        place_ = nn::embedding::make(weights_, "pixel.place", pixels, head, random);
        pixel_block_ = block::make(weights_, "pixel.block", head, random);
        output_ = nn::linear::make(weights_, "pixel.output", head, levels, random, 0.0);
    }

    [[nodiscard]] std::int64_t elements() const { return pixels; }
    nn::parameters<float>& weights() { return weights_; }
    [[nodiscard]] const nn::parameters<float>& weights() const { return weights_; }

    /// Logits of the levels of the pixels that are asked for, levels x queries.
    variable forward(const leaves& w, nn::tape<float>& record,
                     const diffgen::train::masked_batch& batch) const {
        const auto samples = static_cast<extent>(batch.levels.size()) / pixels;
        const auto picture = record.constant(nn::matrix<float>::Zero(2 * pixels, samples));
        for (extent s = 0; s < samples; ++s)
            for (int e = 0; e < pixels; ++e)
                put(batch.levels[static_cast<std::size_t>(s * pixels + e)],
                    &picture.result()(2 * e, s));
        auto h = input_(w, picture);
        for (const block& b : blocks_)
            h = b(w, h);
        auto a = silu(h);
        if (batch.first) a = dropped(a, *batch.first);
        const auto codes = reshape(code_(w, a), code, samples * pixels);

        const auto count = static_cast<extent>(batch.queries.size());
        const auto near = record.constant(nn::matrix<float>::Zero(2 * window * window, count));
        std::vector<int> places;
        for (extent q = 0; q < count; ++q) {
            const int flat = batch.queries[static_cast<std::size_t>(q)];
            fill_window(batch.levels.data() + flat / pixels * pixels, flat % pixels,
                        near.result().col(q).data());
            places.push_back(flat % pixels);
        }
        const auto y =
            near_(w, near) + by_code_(w, gather(codes, batch.queries)) + place_(w, places);
        return output_(w, silu(pixel_block_(w, y)));
    }

    /// The answers of masked pixels for a sampler, in chunks of so many digits that the numbers of
    /// one do not depend on the others. Pixels that are shown are not asked for.
    template <class Level>
    void operator()(diffgen::batch_view<const Level> x, diffgen::batch_view<float> answers,
                    const diffgen::discrete::moment&) const {
        constexpr std::size_t chunk = 16;
        const std::size_t states = answers.elements / x.elements;
        nn::tape<float> record;
        for (std::size_t first = 0; first < x.samples; first += chunk) {
            const std::size_t n = std::min(chunk, x.samples - first);
            std::vector<int> shown(chunk * pixels), queries;
            for (std::size_t i = 0; i < n * pixels; ++i) {
                shown[i] = static_cast<int>(x.sample(first)[i]);
                if (shown[i] == mask) queries.push_back(static_cast<int>(i));
            }
            const std::size_t asked = queries.size();
            if (asked == 0) continue;
            queries.resize((asked + 15) / 16 * 16, queries[0]);
            record.clear();
            const auto logits = forward(weights_.on(record), record, {shown, queries});
            for (std::size_t q = 0; q < asked; ++q)
                std::copy_n(logits.value().col(static_cast<extent>(q)).data(), levels,
                            answers.sample(first) + static_cast<std::size_t>(queries[q]) * states);
        }
    }

  private:
    static constexpr extent hidden = 96, code = 12, head = 128;
    static constexpr int reach = 3, window = 2 * reach + 1;
    static constexpr float drop = 0.15f;

    /// h + W2 silu(W1 silu(h) + b1) + b2, at first the identity.
    struct block {
        nn::linear first, second;

        static block make(nn::parameters<float>& list, const std::string& name, extent width,
                          const diffgen::noise::philox& random) {
            auto one = nn::linear::make(list, name + ".first", width, width, random);
            return {one, nn::linear::make(list, name + ".second", width, width, random, 0.0)};
        }
        variable operator()(const leaves& w, const variable& h) const {
            return h + second(w, silu(first(w, silu(h))));
        }
    };

    /// A pixel as two numbers: its level in [-1, 1], or 0; and whether it is shown.
    static void put(int level, float* to) {
        to[0] = level == mask ? 0.f : static_cast<float>(level) / 8 - 1;
        to[1] = level == mask ? 0.f : 1.f;
    }
    static void fill_window(const int* picture, int pixel, float* to) {
        for (int dy = -reach; dy <= reach; ++dy)
            for (int dx = -reach; dx <= reach; ++dx, to += 2) {
                const int row = pixel / side + dy, column = pixel % side + dx;
                if (row < 0 || row >= side || column < 0 || column >= side) continue;
                put(picture[row * side + column], to);
            }
    }
    /// Some features of the picture are left out in training, the others made larger.
    static variable dropped(const variable& a, const diffgen::train::place& first) {
        const auto kept = a.owner().constant(nn::matrix<float>::Zero(a.rows(), a.cols()));
        for (extent j = 0; j < a.cols(); ++j)
            for (extent i = 0; i < a.rows(); ++i)
                if (first.random.uniform<float>(
                        diffgen::noise::stream::dropout, static_cast<std::uint32_t>(first.step),
                        static_cast<std::uint64_t>((first.number + j) * a.rows() + i)) > drop)
                    kept.result()(i, j) = 1 / (1 - drop);
        return a * kept;
    }

    nn::parameters<float> weights_;
    nn::linear input_, code_, near_, by_code_, output_;
    nn::embedding place_;
    std::vector<block> blocks_;
    block pixel_block_;
};

}  // namespace masked_digits
