// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Guidance by a gradient: of a classifier of noisy data (Dhariwal and Nichol 2021, Diffusion models
// beat GANs on image synthesis, section 4), or of any energy.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/guidance/decorator.hpp>
#include <diffgen/guidance/merging.hpp>
#include <diffgen/guidance/of_rows.hpp>
#include <diffgen/guidance/sum_of_functors.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

/// The predictor with w times the score of a second one added to its score: D becomes D + w sigma^2
/// / alpha times the gradient. The second predicts a score: `predicts(score{}, net)`, where net
/// writes the gradient of log p(c | x_t) in x_t, is classifier guidance, and energy<D>(gradient)
/// leads to low energies. Both are batched, in host memory, or both functors of the same kind. Of
/// functors, w is one number. Where `inner` is guided, the gradient is added to what is merged.
/// Throws bad_argument unless w is finite, and where the prediction determines no denoised estimate
/// at a level.
template <class Inner, class Guide>
struct guided_by : decorator<Inner> {
    static_assert(std::is_same_v<typename Guide::output_type, score>,
                  "diffgen: guided_by{p, q, w} adds the score of q: predicts(score{}, net) of the "
                  "gradient of log p(c | x), or energy<D>(gradient)");
    static_assert(Guide::combiner_type::copies == 1 && !Guide::hook_type::present,
                  "diffgen: guided_by{p, q, w} of a guide that is decorated itself");
    static_assert(
        Inner::kind == Guide::kind && Inner::elements == Guide::elements,
        "diffgen: guided_by{p, q, w} of a batched predictor and a functor, or of functors "
        "of different kinds; make both batched, or both of the same kind");

    Guide guide;
    of_rows w = 1;

    guided_by(Inner p, Guide g, of_rows weight = 1)
        : decorator<Inner>(std::move(p)), guide(std::move(g)), w(weight) {}

    void check() const {
        decorator<Inner>::check();
        detail::check(guide);
        w.check("guided_by with w");
        if constexpr (Inner::kind != granularity::batched)
            detail::require(!w.is_each(),
                            "guided_by of functors with a weight for each sample; "
                            "they have one for all, or both are batched");
    }
    template <class Space>
    void check_batch(std::size_t samples, std::size_t size) const {
        decorator<Inner>::template check_batch<Space>(samples, size);
        detail::check_batch<Space>(guide, samples, size);
        w.check_batch("w of guided_by", samples);
    }

    [[nodiscard]] auto functor() const {
        using both = detail::sum_of_functors<std::remove_cvref_t<decltype(this->inner.functor())>,
                                             std::remove_cvref_t<decltype(guide.functor())>,
                                             typename Inner::output_type>;
        return both{this->inner.functor(), guide.functor(), this->inner.prediction(), w.at(0)};
    }

    template <class In, class Out, class Level, class... Extra>
    void call(const In& in, const Out& out, const Level& l, const Extra&... extra) {
        this->inner.call(in, out, l, extra...);
        auto& room = std::get<std::vector<typename Out::value_type>>(room_);
        add(*this, in, out, l, room);
    }
    template <class In, class Out, class Level, class... Extra>
    void call(const In& in, const Out& out, const Level& l, const Extra&... extra) const {
        this->inner.call(in, out, l, extra...);
        std::vector<typename Out::value_type> room;
        add(*this, in, out, l, room);
    }
    template <class In, class Out, class Levels>
    void log_densities(const In&, const Out&, const Levels&) const {
        static_assert(!std::is_same_v<In, In>,
                      "diffgen: guided_by of batched predictors has no log density");
    }

  private:
    /// Adds the gradient to those outputs that are predictions. Of the inner predictor's branches
    /// each has the same state, so that one gradient is enough.
    template <class Self, class In, class Out, class Level, class T>
    static void add(Self& self, const In& in, const Out& out, const Level& l,
                    std::vector<T>& room) {
        static_assert(std::is_same_v<typename Out::space_type, space::host>,
                      "diffgen: guided_by of batched predictors adds on the host; on a device both "
                      "are functors");
        using combiner = typename Inner::combiner_type;
        constexpr bool one_level = std::is_same_v<Level, noise_level>;
        constexpr std::size_t inputs{int{combiner::inputs}};
        constexpr std::size_t predictions =  // a learned variance is none
            detail::is_merged<combiner> ? std::size_t{combiner::copies} : inputs;
        const std::size_t n = in.samples / inputs, size = in.elements;
        room.resize(2 * n * size);
        T *const states = room.data(), *const gradients = states + n * size;
        std::vector<noise_level> levels;
        for (std::size_t i = 0; i < n; ++i) {
            const noise_level& level = detail::level_of_row(l, i);
            const conversion c = self.inner.to_denoised(level);
            for (std::size_t e = 0; e < size; ++e)
                states[i * size + e] = in.sample(i)[e] / static_cast<T>(c.input_scale);
            if constexpr (!one_level) levels.push_back(self.guide.with_network_time(level));
        }
        const batch_view<const T> seen(states, n, size);
        const batch_view<T> written(gradients, n, size);
        if constexpr (one_level)
            self.guide.call(seen, written, self.guide.with_network_time(l));
        else
            self.guide.call(seen, written, std::span<const noise_level>(levels));
        for (std::size_t i = 0; i < n; ++i) {
            const noise_level& level = detail::level_of_row(l, i);
            const T factor = static_cast<T>(
                detail::score_in_output(self.inner.to_denoised(level), level, self.w.at(i)));
            for (std::size_t copy = 0; copy < predictions; ++copy)
                for (std::size_t e = 0; e < size; ++e) {
                    T& o = out.sample(copy * n + i)[e];
                    o = fma(factor, gradients[i * size + e], o);
                }
        }
    }

    std::tuple<std::vector<float>, std::vector<double>> room_;
};

template <class Inner, class Guide>
guided_by(Inner, Guide) -> guided_by<Inner, Guide>;
template <class Inner, class Guide, class Weight>
guided_by(Inner, Guide, Weight&&) -> guided_by<Inner, Guide>;

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
