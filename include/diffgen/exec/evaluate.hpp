// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Evaluation of a functor predictor on a batch, for stepwise runs: at one level, or at a level of
// its own for every sample.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/stages.hpp>
#include <diffgen/exec/trajectory.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <span>
#include <type_traits>
#include <vector>

namespace diffgen::exec {

/// Samples (or elements, for a pointwise functor) that one call of a predictor's functor covers.
template <class Predictor>
inline constexpr int elements_of_call =
    Predictor::kind == granularity::samplewise ? Predictor::elements : 0;

/// Throws bad_shape where the functor of a samplewise predictor takes samples of another size.
template <class Predictor>
void require_elements(std::size_t elements) {
    if constexpr (Predictor::kind == granularity::samplewise)
        if (elements != static_cast<std::size_t>(Predictor::elements))
            throw bad_shape(diffgen::detail::text(
                "diffgen: the predictor takes samples of ", Predictor::elements,
                " elements, the batch has samples of ", elements));
}

/// At one level.
template <class Exec, class Predictor, class In, class Out>
void evaluate_functor(const Exec& e, const Predictor& p, const In& in, const Out& out,
                      const noise_level& level) {
    using T = typename Out::value_type;
    constexpr int D = elements_of_call<Predictor>;
    const auto prepared = at_level<T>(p.functor(), level_as<T>(level));
    using merge = typename Predictor::merge_type;
    const std::size_t size = out.size() / static_cast<std::size_t>(merge::copies);
    const std::size_t calls = size / (D == 0 ? 1 : D);
    constexpr std::size_t tile = tile_samples<D>(Exec::tile_capacity);
    for (int c = 0; c < merge::copies; ++c) {
        const std::size_t at = static_cast<std::size_t>(c) * size;
        using pass =
            evaluation_pass<T, D, std::remove_const_t<decltype(prepared)>, Exec::tile_capacity>;
        e.for_each((calls + tile - 1) / tile,
                   with_lanes<T, pass>{{prepared, in.data + (c < merge::inputs ? at : 0), T(1),
                                        out.data + at, calls, c == 0}});
    }
}

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

/// The log density of sample by sample: what a functor with log_density(x, level) says.
template <class T, int D, class Functor>
struct density_pass {
    Functor functor;
    const level_of<T>* levels;
    const T* in;
    T* out;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t sample) const {
        std::array<T, static_cast<std::size_t>(D)> x;
        for (std::size_t d = 0; d < x.size(); ++d)
            x[d] = in[sample * x.size() + d];
        out[sample] = functor.log_density(x, levels[sample]);
    }
};

/// At a level for every sample. Keeps its memory from one call to the next.
template <class Exec, class Predictor, class T>
class own_evaluator {
    using space = typename Exec::space;
    using functor = std::remove_cvref_t<decltype(std::declval<const Predictor&>().functor())>;
    using prepared = std::remove_const_t<decltype(at_level<T>(std::declval<const functor&>(),
                                                              std::declval<const level_of<T>&>()))>;
    using merge = typename Predictor::merge_type;
    static constexpr int D = elements_of_call<Predictor>;

  public:
    /// levels: of every row of `in`, the rows of a copy after those of another.
    template <class In, class Out>
    void evaluate(const Exec& e, const Predictor& p, const In& in, const Out& out,
                  std::span<const noise_level> levels) {
        const std::size_t samples = out.samples / static_cast<std::size_t>(merge::copies);
        host_.clear();
        for (std::size_t i = 0; i < samples; ++i)
            host_.push_back(at_level<T>(p.functor(), level_as<T>(levels[i])));
        if (memory_.data() == nullptr)
            memory_ = buffer<prepared, space>(e, host_);
        else
            memory_.write(e, host_);
        const int tile = D == 0 ? e.tile : D;
        const std::size_t size = samples * out.elements;
        for (int c = 0; c < merge::copies; ++c) {
            const std::size_t at = static_cast<std::size_t>(c) * size;
            using pass = own_evaluation_pass<T, D, prepared>;
            e.for_each(tiles_of_samples::tiles(samples, out.elements, tile),
                       with_lanes<T, pass>{{memory_.data(), in.data + (c < merge::inputs ? at : 0),
                                            out.data + at, samples, out.elements, c == 0, tile}});
        }
    }

    template <class In, class Out>
    void log_densities(const Exec& e, const Predictor& p, const In& in, const Out& out,
                       std::span<const noise_level> levels) {
        static_assert(
            D > 0 && requires(const functor& f, std::array<T, static_cast<std::size_t>(D)> x,
                              level_of<T> l) { f.log_density(x, l); },
            "diffgen: this solver compares densities: the functor in samplewise<D>(...) needs a "
            "member log_density(x, level) beside its call");
        if constexpr (D > 0) {
            levels_.clear();
            for (std::size_t i = 0; i < out.samples; ++i)
                levels_.push_back(level_as<T>(levels[i]));
            if (level_memory_.data() == nullptr)
                level_memory_ = buffer<level_of<T>, space>(e, levels_);
            else
                level_memory_.write(e, levels_);
            e.for_each(out.samples, with_lanes<T, density_pass<T, D, functor>>{
                                        {p.functor(), level_memory_.data(), in.data, out.data}});
        }
    }

  private:
    std::vector<prepared> host_;
    buffer<prepared, space> memory_;
    std::vector<level_of<T>> levels_;
    buffer<level_of<T>, space> level_memory_;
};

}  // namespace diffgen::exec
