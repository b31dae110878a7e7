// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A U-Net that sees a noise level and a class: a denoising network for pictures (Ronneberger,
// Fischer and Brox 2015; with the blocks of Ho et al. 2020, appendix B).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/picture_layers.hpp>
#include <diffgen/nn/tape_network.hpp>
#include <diffgen/nn/unet_options.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// On the way down what every block gives is kept, and on the way up it is put beside what comes
/// from below.
template <class T>
class unet : public tape_network<unet<T>, T> {
    using base = tape_network<unet<T>, T>;

  public:
    using base::weights;

    explicit unet(const unet_options& o)
        : base(checked(o), {o.context, o.time_features, o.classes, o.times}, noise::philox{o.seed},
               cut(o)),
          options_(o) {
        const noise::philox random{o.seed};
        const auto& widths = options_.widths;
        picture_shape at{options_.channels, options_.height, options_.width};
        input_.push_back(convolution_layer::make(weights(), "input", at, widths[0], 3, random));
        at = at.with(widths[0]);
        std::vector<int> kept{widths[0]};
        for (std::size_t l = 0; l < widths.size(); ++l) {
            for (int b = 0; b < options_.blocks; ++b) {
                down_.push_back(
                    stage_of(name("down", l, b), at, widths[l], has_attention(l), random));
                at = at.with(widths[l]);
                kept.push_back(widths[l]);
            }
            if (l + 1 == widths.size()) break;
            halvings_.push_back(halving(weights(), name("halve", l), at, random));
            at = {at.channels, at.height / 2, at.width / 2};
            kept.push_back(at.channels);
        }
        middle_.push_back(stage_of("middle.0", at, at.channels, true, random));
        middle_.push_back(stage_of("middle.1", at, at.channels, false, random));
        for (std::size_t l = widths.size(); l-- > 0;) {
            for (int b = 0; b <= options_.blocks; ++b) {
                up_.push_back(stage_of(name("up", l, b), at.with(at.channels + kept.back()),
                                       widths[l], has_attention(l), random));
                at = at.with(widths[l]);
                kept.pop_back();
            }
            if (l == 0) break;
            doublings_.push_back(doubling::make(weights(), name("double", l), at, random));
            at = {at.channels, 2 * at.height, 2 * at.width};
        }
        norm_ = group_norm_layer::make(weights(), "output.norm", at.channels, options_.groups);
        output_.push_back(
            convolution_layer::make(weights(), "output", at, options_.channels, 3, random, 0.0));
    }

    const unet_options& options() const { return options_; }

    /// The network on a tape. x: features x samples; one time value and one class a sample; no
    /// classes at all: the null class. Throws bad_shape and bad_argument.
    variable<T> forward(const leaves<T>& w, const variable<T>& x, std::span<const double> times,
                        std::span<const int> classes = {}) const {
        const auto c = base::context(w, x, times, classes);
        auto h = input_.front()(w, x);
        std::vector<variable<T>> kept{h};
        const auto blocks = static_cast<std::size_t>(options_.blocks);
        for (std::size_t i = 0; i < down_.size(); ++i) {
            h = down_[i](w, h, c);
            kept.push_back(h);
            if ((i + 1) % blocks != 0 || i + 1 == down_.size()) continue;
            h = halvings_[i / blocks](w, h);
            kept.push_back(h);
        }
        for (const auto& each : middle_)
            h = each(w, h, c);
        for (std::size_t i = 0; i < up_.size(); ++i) {
            h = up_[i](w, concat_rows(h, kept.back()), c);
            kept.pop_back();
            if ((i + 1) % (blocks + 1) == 0 && i + 1 != up_.size())
                h = doublings_[i / (blocks + 1)](w, h);
        }
        return output_.front()(w, silu(norm_(w, h)));
    }

  private:
    /// A block and perhaps attention after it.
    struct stage {
        picture_block block;
        std::optional<picture_attention> attention;

        variable<T> operator()(const leaves<T>& w, const variable<T>& x,
                               const variable<T>& c) const {
            const auto h = block(w, x, c);
            return attention ? (*attention)(w, h) : h;
        }
    };

    /// The numbers of a picture.
    static extent checked(const unet_options& o) {
        o.check();
        return static_cast<extent>(o.channels) * o.height * o.width;
    }
    static batch_cut cut(const unet_options& o) {
        const extent largest = static_cast<extent>(o.height) * o.width;
        return batch_cut::of(largest >> (2 * (o.widths.size() - 1)), largest);
    }
    static std::string name(const char* what, std::size_t level, int block = -1) {
        return block < 0 ? diffgen::detail::text(what, ".", level)
                         : diffgen::detail::text(what, ".", level, ".", block);
    }
    bool has_attention(std::size_t level) const {
        return level >= static_cast<std::size_t>(options_.attention_from);
    }
    stage stage_of(const std::string& called, const picture_shape& in, int outputs, bool attends,
                   const noise::philox& random) {
        stage made{picture_block::make(weights(), called, in, outputs, options_.groups,
                                       options_.context, random),
                   {}};
        if (attends)
            made.attention =
                picture_attention::make(weights(), called + ".attention", in.with(outputs),
                                        options_.groups, options_.heads, random);
        return made;
    }

    unet_options options_;
    std::vector<convolution_layer> input_, halvings_, output_;
    std::vector<stage> down_, middle_, up_;
    std::vector<doubling> doublings_;
    group_norm_layer norm_{};
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
