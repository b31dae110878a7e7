// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The whole trajectory in one pass, for predictors that are functors: a tile of samples is loaded
// (or drawn from the prior) once, goes through all stages in the tile's own memory, and is stored
// once.

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/functor.hpp>
#include <diffgen/exec/pass.hpp>
#include <diffgen/exec/reduce.hpp>
#include <diffgen/exec/tile.hpp>

#include <array>
#include <cstdint>
#include <numeric>
#include <type_traits>

namespace diffgen::exec {

/// Evaluation alone, for stepwise runs of a functor.
template <class T, int D, class Prepared, int Capacity>
struct evaluation_pass {
    Prepared prepared;
    const T* in;
    T scale;
    T* out;
    std::size_t samples;  ///< elements where D = 0
    bool conditioned;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        constexpr std::size_t tile = tile_samples<D>(Capacity);
        const std::size_t begin = index * tile, left = samples - begin;
        const std::size_t at = begin * (D == 0 ? 1 : D);
        evaluate_tile<V, D>(prepared, in + at, scale, out + at,
                            static_cast<int>(left < tile ? left : tile), conditioned);
    }
};

/// All stages on one tile of samples.
template <class T, class Shape, class Combiner, class Hook, class Noise, int D, class Prepared,
          int Capacity>
struct trajectory_pass {
    static constexpr int elements = D == 0 ? 1 : D;
    static constexpr int tile = tile_samples<D>(Capacity);
    static constexpr int room = tile * elements;

    const instruction<T, Shape>* stages;
    const Prepared* prepared;
    int count;
    T* x;
    std::size_t samples;  ///< elements where D = 0
    std::size_t elements_of_sample;
    std::uint64_t first_flat;
    T prior_scale;  ///< 0: start from x
    Combiner combiner;
    Hook hook;
    Noise source;
    std::uint64_t* failed;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const std::size_t first = index * static_cast<std::size_t>(tile);
        const std::size_t left = samples - first;
        const int here = left < static_cast<std::size_t>(tile) ? static_cast<int>(left) : tile;
        const int size = here * elements;
        const std::size_t begin = first * static_cast<std::size_t>(elements);
        T registers[Shape::registers][room];
        T outputs[Combiner::copies][room];
        T normals[Shape::draws][room];
        T p[Shape::tunes ? room : 1], q[Shape::tunes ? room : 1];
        tile_memory<T> m{};
        m.state = registers[0];
        m.kept = registers[0] + room;
        m.outputs = outputs[0];
        m.kept_apart = m.copies_apart = room;
        m.tuned[0] = p;
        m.tuned[1] = q;
        T statistic[Hook::per_sample ? room : 1];
        m.statistic = statistic;
        if (prior_scale != T(0)) {
            source.template fill<V>(noise::stream::prior, 0, first_flat + begin, size, normals[0]);
            for (int i = 0; i < size; ++i)
                registers[0][i] = prior_scale * normals[0][i];
        } else {
            for (int i = 0; i < size; ++i)
                registers[0][i] = x[begin + static_cast<std::size_t>(i)];
        }
        for (int k = 0; k < count; ++k) {
            const instruction<T, Shape>& s = stages[k];
            if (s.evaluates)
                for (int c = 0; c < Combiner::copies; ++c)
                    evaluate_tile<V, D>(prepared[k], registers[s.input_register], s.input_scale,
                                        outputs[c], here, c == 0);
            detail::draw<V, T, Shape>(s, source, first_flat + begin, size, normals, m);
            if constexpr (Hook::per_sample && D > 0)
                if (s.evaluates) measure_samples<V>(s, m, here, statistic);
            if constexpr (Shape::tunes && D > 0)
                if (s.tunes) tune<V>(s, m, here, p, q);
            if (!apply<V>(s, m, combiner, hook, size)) {
                const std::size_t bad =
                    begin + static_cast<std::size_t>(first_bad_element(s, m, size));
                failure::report(
                    failed, failure::code(static_cast<std::uint64_t>(k), bad / elements_of_sample));
                return;
            }
        }
        for (int i = 0; i < size; ++i)
            x[begin + static_cast<std::size_t>(i)] = registers[0][i];
    }

  private:
    template <class V>
    DIFFGEN_VALUE void measure_samples(const instruction<T, Shape>& s, const tile_memory<T>& m,
                                       int here, T* statistic) const {
        T measures[room];
        measure<V>(s, m, combiner, hook, here * elements, measures);
        for (int i = 0; i < here; ++i) {
            const T of_sample = hook.statistic(static_cast<const T*>(measures + i * D),
                                               static_cast<std::size_t>(D));
            for (int d = 0; d < D; ++d)
                statistic[i * D + d] = of_sample;
        }
    }
    template <class V>
    DIFFGEN_VALUE void tune(const instruction<T, Shape>& s, const tile_memory<T>& m, int here, T* p,
                            T* q) const {
        T first[room], second[room];
        measured_forms<V>(s, m, combiner, hook, here * elements, first, second);
        for (int i = 0; i < here; ++i) {
            T a, b;
            Shape::rule::pick(s.parameters, norm2(first + i * D), norm2(second + i * D), a, b);
            for (int d = 0; d < D; ++d) {
                p[i * D + d] = a;
                q[i * D + d] = b;
            }
        }
    }
    DIFFGEN_VALUE static T norm2(const T* sample) {
        T sum = 0;
        for (int begin = 0; begin < D; begin += chunk) {
            T part[chunk];
            const int n = D - begin < chunk ? D - begin : chunk;
            for (int d = 0; d < n; ++d)
                part[d] = sample[begin + d];
            sum_of_squares<T> squares;
            squares.add(part, n);
            sum = begin == 0 ? squares.total() : sum + squares.total();
        }
        return sum;
    }
};

}  // namespace diffgen::exec
