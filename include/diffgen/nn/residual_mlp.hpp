// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A residual multilayer perceptron that sees a noise level and a class: the denoising network for
// small data (digits of 8 x 8, control policies, tables).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/context_embedding.hpp>
#include <diffgen/nn/layers.hpp>
#include <diffgen/nn/team.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

struct residual_mlp_options {
    extent features = 64;       ///< elements of a sample, in and out
    extent hidden = 256;        ///< width of the blocks
    int blocks = 3;             ///< how many of them
    extent context = 32;        ///< features of the context (time and class) that every block sees
    extent time_features = 64;  ///< sines and cosines of the time value
    int classes = 0;            ///< known classes; index `classes` is the null class
    frequency_range times = for_log_snr;  ///< what the time value is
    std::uint64_t seed = 0;               ///< of the initial weights
};

/// c = silu(W_t sinusoids(time) + b_t + table[class]); h = W_in x + b_in; the blocks;
/// out = W_out silu(h) + b_out. The options' defaults with 10 classes have 454,848 weights.
template <class T>
class residual_mlp {
  public:
    using scalar = T;

    explicit residual_mlp(const residual_mlp_options& options)
        : residual_mlp(checked(options), noise::philox{options.seed}) {}

    const residual_mlp_options& options() const { return options_; }
    extent features() const { return options_.features; }
    /// The class index that stands for "no class".
    int null_class() const { return options_.classes; }

    parameters<T>& weights() { return weights_; }
    const parameters<T>& weights() const { return weights_; }

    /// The network on a tape. x: features x samples; one time value and one class a sample; no
    /// classes at all: the null class. Throws bad_shape and bad_argument.
    variable<T> forward(const leaves<T>& w, const variable<T>& x, std::span<const double> times,
                        std::span<const int> classes = {}) const {
        if (x.rows() != options_.features)
            throw bad_shape(diffgen::detail::text("diffgen: residual_mlp of ", options_.features,
                                                  " features: an input of ",
                                                  detail::shape_text(x.rows(), x.cols())));
        const auto c = context_(w, x, times, classes, x.cols());
        auto h = input_(w, x);
        for (const auto& block : blocks_)
            h = block(w, h, c);
        return output_(w, silu(h));
    }

    /// The network without a tape, at one time value for all samples. in, out: samples columns of
    /// `features` values; classes: one a sample, or nullptr for the null class; threads 0: see
    /// thread_count. Nothing is allocated after the first call with this many threads and samples;
    /// one call at a time for each network. The numbers of a sample depend neither on the threads
    /// nor on the samples beside it. Throws bad_argument for a class that does not exist.
    void evaluate(const T* in, T* out, std::int64_t samples, double time,
                  const int* classes = nullptr, int threads = 0) {
        evaluate(in, out, samples, std::span(&time, 1), classes, threads);
    }
    /// The same with a time value for each sample (or one for all). Throws bad_shape too.
    void evaluate(const T* in, T* out, std::int64_t samples, std::span<const double> times,
                  const int* classes = nullptr, int threads = 0) {
        context_.check(samples, times, classes);
        const std::int64_t chunks = (samples + chunk - 1) / chunk;
        // A single chunk takes whatever threads there are, and needs none.
        auto& rooms = scratch_.rooms_for(options_, chunks > 1         ? thread_count(threads)
                                                   : scratch_.workers ? scratch_.workers->size()
                                                                      : 1);
        embed(times);
        scratch_.packed.resize(weights_.entries().size());
        scratch_.workers->run(static_cast<std::int64_t>(products_.size()),
                              [&](std::int64_t i, int) {
                                  const std::size_t number = products_[static_cast<std::size_t>(i)];
                                  scratch_.packed[number].pack(weight(number));
                              });
        scratch_.workers->run(chunks, [&](std::int64_t i, int slot) {
            const std::int64_t first = i * chunk;
            evaluate_chunk(rooms[static_cast<std::size_t>(slot)], in + first * features(),
                           out + first * features(), std::min<extent>(chunk, samples - first),
                           times.size() == 1 ? -1 : first, classes ? classes + first : nullptr);
        });
    }

  private:
    residual_mlp(const residual_mlp_options& options, const noise::philox& random)
        : options_(options),
          input_(linear::make(weights_, "input", options.features, options.hidden, random)),
          context_(weights_,
                   {options.context, options.time_features, options.classes, options.times},
                   random) {
        for (int i = 0; i < options.blocks; ++i)
            blocks_.push_back(residual_block::make(weights_, diffgen::detail::text("block.", i),
                                                   options.hidden, options.context, random));
        output_ = linear::make(weights_, "output", options.hidden, options.features, random, 0.0);
        products_ = {input_.weight, output_.weight};
        for (const auto& block : blocks_)
            products_.insert(products_.end(),
                             {block.first.weight, block.context, block.second.weight});
    }

    // Columns are worked on in chunks of 64, the last filled up to a multiple of 16 columns: then
    // neither the packets nor the panels of the product have remainders, and every column goes
    // through the same instructions.
    static constexpr extent chunk = 64, column_multiple = 16;

    struct room {
        gemm<T> products;
        matrix<T> input, context, hidden, active, inner, output;
    };

    static const residual_mlp_options& checked(const residual_mlp_options& o) {
        if (o.features < 1 || o.hidden < 1 || o.context < 1 || o.blocks < 0 || o.classes < 0)
            throw bad_argument(diffgen::detail::text(
                "diffgen: residual_mlp with features ", o.features, ", hidden ", o.hidden,
                ", context ", o.context, ", blocks ", o.blocks, ", classes ", o.classes));
        return o;
    }

    /// Buffers and threads of evaluate; a copy of a network makes its own.
    struct scratch {
        scratch() = default;
        scratch(const scratch&) {}
        scratch& operator=(const scratch&) {
            workers.reset();
            rooms.clear();
            packed.clear();
            return *this;
        }

        /// Makes `threads` threads and at least a room for each.
        std::vector<room>& rooms_for(const residual_mlp_options& o, int threads) {
            if (!workers || workers->size() != threads) workers = std::make_unique<team>(threads);
            while (rooms.size() < static_cast<std::size_t>(threads)) {
                auto& r = rooms.emplace_back();
                r.input.setZero(o.features, chunk);
                r.context.setZero(o.context, chunk);
                for (auto* m : {&r.hidden, &r.active, &r.inner})
                    m->setZero(o.hidden, chunk);
                r.output.setZero(o.features, chunk);
            }
            waves.resize(o.time_features, 1);
            return rooms;
        }

        std::unique_ptr<team> workers;
        std::vector<room> rooms;
        std::vector<packed_matrix<T>> packed;  // weights of products, by their number in the list
        matrix<T> waves;                       // a time's sinusoids
        matrix<T> bases;                       // what each time adds to the context
    };

    void embed(std::span<const double> times) {
        auto& bases = scratch_.bases;
        if (bases.cols() < static_cast<extent>(times.size()))
            bases.resize(options_.context, static_cast<extent>(times.size()));
        for (extent j = 0; j < static_cast<extent>(times.size()); ++j) {
            context_.sinusoids().fill(times[static_cast<std::size_t>(j)], scratch_.waves.data());
            bases.col(j) = weight(context_.time().bias);
            scratch_.rooms[0].products.accumulate(weight(context_.time().weight), form::plain,
                                                  {scratch_.waves.data(), scratch_.waves.rows(), 1},
                                                  form::plain,
                                                  {bases.col(j).data(), bases.rows(), 1});
        }
    }

    view<T> weight(std::size_t number) const { return weights_[number]; }

    // time: the number of the first sample's, -1 where all have the one.
    void evaluate_chunk(room& r, const T* in, T* out, extent samples, extent time,
                        const int* classes) const {
        const extent cols = (samples + column_multiple - 1) / column_multiple * column_multiple;
        const auto part = [cols](matrix<T>& m) { return span_matrix<T>(m.data(), m.rows(), cols); };
        const auto apply = [&](std::size_t w, const span_matrix<T>& x, span_matrix<T> y) {
            r.products.accumulate(scratch_.packed[w], {x.data(), x.rows(), x.cols()}, y);
        };
        const auto activate = [](const span_matrix<T>& x, span_matrix<T> y) {
            y.array() = x.array() * detail::sigmoid_of(x.array());
        };
        auto x = part(r.input), c = part(r.context), h = part(r.hidden), a = part(r.active),
             z = part(r.inner), y = part(r.output);

        std::copy(in, in + samples * features(), x.data());
        std::fill(x.data() + samples * features(), x.data() + cols * features(), T(0));
        for (extent j = 0; j < cols; ++j)
            c.col(j) = scratch_.bases.col(time < 0 ? 0 : time + std::min(j, samples - 1)) +
                       weight(context_.table().table)
                           .col(classes && j < samples ? classes[j] : null_class());
        activate(c, c);
        h.colwise() = weight(input_.bias).col(0);
        apply(input_.weight, x, h);
        for (const auto& block : blocks_) {
            activate(h, a);
            z.colwise() = weight(block.first.bias).col(0);
            apply(block.first.weight, a, z);
            apply(block.context, c, z);
            activate(z, z);
            h.colwise() += weight(block.second.bias).col(0);
            apply(block.second.weight, z, h);
        }
        activate(h, a);
        y.colwise() = weight(output_.bias).col(0);
        apply(output_.weight, a, y);
        std::copy(y.data(), y.data() + samples * features(), out);
    }

    residual_mlp_options options_;
    parameters<T> weights_;
    linear input_;
    context_embedding context_;
    linear output_{};
    std::vector<residual_block> blocks_;
    std::vector<std::size_t> products_;  // the weights that a sample is multiplied by
    scratch scratch_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
