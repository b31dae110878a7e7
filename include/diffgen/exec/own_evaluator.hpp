// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Evaluation of a functor predictor on a batch whose samples have levels of their own.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/evaluate.hpp>
#include <diffgen/exec/log_density.hpp>
#include <diffgen/exec/stages.hpp>
#include <diffgen/exec/trajectory.hpp>
#include <diffgen/exec/with_lanes.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::exec {

/// Evaluation of sample by sample, each with what its level made of the functor.
template <class T, int D, class Prepared>
struct own_evaluation_pass {
    const Prepared* prepared;
    const T* in;
    T* out;
    std::size_t samples, elements;
    bool conditioned;
    int tile;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const auto [begin, count, sample] = tiles_of_samples::range(index, samples, elements, tile);
        evaluate_tile<V, D>(prepared[sample], in + begin, T(1), out + begin, D == 0 ? count : 1,
                            conditioned);
    }
};

/// The log density of sample by sample, each by what its level made of the functor.
template <class T, int D, class Prepared>
struct own_log_density_pass {
    const Prepared* prepared;
    const T* in;
    T* out;
    std::size_t elements;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t sample) const {
        out[sample] =
            detail::log_density_at<T, D>(prepared[sample], in + sample * elements, elements);
    }
};

/// At a level for every sample. Keeps its memory from one call to the next.
template <class Exec, class Predictor, class T>
class own_evaluator {
    using space = typename Exec::space;
    using functor = std::remove_cvref_t<decltype(std::declval<const Predictor&>().functor())>;
    using prepared = std::remove_const_t<decltype(bind_level<T>(
        std::declval<const functor&>(), std::declval<const level_of<T>&>()))>;
    using combiner = typename Predictor::combiner_type;
    static constexpr int D = elements_of_call<Predictor>;

  public:
    /// levels: of every row of `in`, the rows of a copy after those of another.
    template <class In, class Out>
    void evaluate(const Exec& e, const Predictor& p, const In& in, const Out& out,
                  std::span<const noise_level> levels) {
        const std::size_t samples = out.samples / static_cast<std::size_t>(combiner::copies);
        host_.clear();
        for (std::size_t i = 0; i < samples; ++i)
            host_.push_back(bind_level<T>(p.functor(), cast_level<T>(levels[i])));
        if (memory_.data() == nullptr)
            memory_ = buffer<prepared, space>(e, host_);
        else
            memory_.write(e, host_);
        const int tile = D == 0 ? e.tile : D;
        const std::size_t size = samples * out.elements;
        for (int c = 0; c < combiner::copies; ++c) {
            const std::size_t at = static_cast<std::size_t>(c) * size;
            using pass = own_evaluation_pass<T, D, prepared>;
            e.for_each(
                tiles_of_samples::tiles(samples, out.elements, tile),
                with_lanes<T, pass>{{memory_.data(), in.data + (c < combiner::inputs ? at : 0),
                                     out.data + at, samples, out.elements, c == 0, tile}});
        }
    }

    /// The log densities of the samples that were evaluated last, at their levels.
    template <class In, class Out>
    void log_densities(const Exec& e, const In& in, const Out& out) {
        constexpr bool gives =
            detail::gives_density<prepared, typename detail::argument_of<T, D>::type>;
        static_assert(gives,
                      "diffgen: this solver compares densities: the predictor's functor needs a "
                      "member log_density(x, level) beside its call");
        if constexpr (gives)
            e.for_each(out.samples, with_lanes<T, own_log_density_pass<T, D, prepared>>{
                                        {memory_.data(), in.data, out.data, in.elements}});
    }

  private:
    std::vector<prepared> host_;
    buffer<prepared, space> memory_;
};

}  // namespace diffgen::exec
