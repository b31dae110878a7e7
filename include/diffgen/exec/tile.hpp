// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The innermost of the library: one compiled stage on one tile of elements. The stepwise pass and
// the fused trajectory both come here, the one with pointers into the batch, the other with
// pointers to a tile of its own; hence the same bits.

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/exec/instruction.hpp>

#include <cstddef>

namespace diffgen::exec {

/// Where the elements of a tile are: pointers to its first element, and how far apart what there is
/// several of. No arrays of pointers: on a device what a variable indexes does not stay in
/// registers.
template <class T>
struct tile_memory {
    T* state;  ///< the solver's register 0; the others, and after them the denoised estimate:
    T* kept;
    std::size_t kept_apart;
    const T* outputs;  ///< of the network, one a copy
    T* inputs;         ///< of the network, where it does not read a register itself
    std::size_t copies_apart;
    const T* normals;  ///< of this stage, one a draw
    std::size_t normals_apart;
    const T* tuned[2];   ///< p and q of the self-tuning stage, an element each
    const T* statistic;  ///< of a hook that depends on the whole sample, an element each

    [[nodiscard]] DIFFGEN_VALUE T* slot(int r) const {
        return r == 0 ? state : kept + static_cast<std::size_t>(r - 1) * kept_apart;
    }
    [[nodiscard]] DIFFGEN_VALUE const T* output(int copy) const {
        return outputs + static_cast<std::size_t>(copy) * copies_apart;
    }
    [[nodiscard]] DIFFGEN_VALUE T* input(int copy) const {
        return inputs + static_cast<std::size_t>(copy) * copies_apart;
    }
    [[nodiscard]] DIFFGEN_VALUE const T* normal(int draw) const {
        return normals + static_cast<std::size_t>(draw) * normals_apart;
    }
};

namespace detail {

template <bool Hooked, class V, class T, class Shape>
DIFFGEN_VALUE V evaluate_form(const compiled_form<T, Shape>& f, const V* registers, V output,
                              V network, const V* noise) {
    V sum = broadcast<V>(T(0));
    if constexpr (Shape::noisy)
        for (int i = 0; i < Shape::draws; ++i)
            if (f.reads_noise & (1u << i)) sum = fma(broadcast<V>(f.noise[i]), noise[i], sum);
    for (int i = Shape::registers - 1; i > 0; --i)
        if (f.reads & (1u << i)) sum = fma(broadcast<V>(f.registers[i]), registers[i], sum);
    if constexpr (Hooked)
        if (f.reads_network) sum = fma(broadcast<V>(f.network), network, sum);
    if (f.reads_output) sum = fma(broadcast<V>(f.output), output, sum);
    if (f.reads & 1u) sum = fma(broadcast<V>(f.registers[0]), registers[0], sum);
    return sum;
}

/// The denoised estimate before any hook, from what the network's outputs were merged to.
template <class V, class T, class Shape>
DIFFGEN_VALUE V denoised_at(const instruction<T, Shape>& s, const tile_memory<T>& m, V output,
                            int i) {
    return fma(broadcast<V>(s.state_factor), load<V>(m.slot(s.input_register) + i),
               broadcast<V>(s.output_factor) * output);
}

/// The lanes of one value: from element i of the tile on.
template <class V, class T, class Shape, class Combiner, class Hook>
struct element {
    const instruction<T, Shape>& s;
    const tile_memory<T>& m;
    V registers[Shape::registers];
    V output, network;  ///< the same but for a hook, after which `output` is D
    V noise[Shape::draws];

    DIFFGEN_VALUE element(const instruction<T, Shape>& stage, const tile_memory<T>& memory,
                          const Combiner& combiner, const Hook& hook, int i)
        : s(stage), m(memory), output(broadcast<V>(T(0))), network(broadcast<V>(T(0))) {
        for (int r = 0; r < Shape::registers; ++r)
            registers[r] = s.reads & (1u << r) ? load<V>(m.slot(r) + i) : broadcast<V>(T(0));
        for (int d = 0; d < Shape::draws; ++d)
            noise[d] = Shape::noisy && d < s.draws ? load<V>(m.normal(d) + i) : broadcast<V>(T(0));
        if (s.evaluates) {
            V outputs[Combiner::copies];
            for (int c = 0; c < Combiner::copies; ++c)
                outputs[c] = load<V>(m.output(c) + i);
            network = output = combiner.combine(outputs);
            if constexpr (Shape::noisy &&
                          requires { combiner.noise_factor(outputs, s.noise_scale); })
                if (s.scales_noise) {
                    const V factor = combiner.noise_factor(outputs, s.noise_scale);
                    for (int d = 0; d < Shape::draws; ++d)
                        noise[d] = product(noise[d], factor);
                }
            if constexpr (Hook::per_sample)
                output = hook.apply(denoised_at(s, m, output, i), load<V>(m.statistic + i));
            else if constexpr (Hook::present)
                output = hook.apply(denoised_at(s, m, output, i));
        }
    }

    DIFFGEN_VALUE V form(const compiled_form<T, Shape>& f) const {
        return evaluate_form<Hook::present>(f, registers, output, network, noise);
    }
};

template <class V, class T, class Shape, class Combiner, class Hook>
DIFFGEN_VALUE V measured_at(const instruction<T, Shape>& s, const tile_memory<T>& m,
                            const Combiner& combiner, const Hook& hook, int i) {
    V outputs[Combiner::copies];
    for (int c = 0; c < Combiner::copies; ++c)
        outputs[c] = load<V>(m.output(c) + i);
    return hook.measure(denoised_at(s, m, V(combiner.combine(outputs)), i));
}

/// Carries out the stage on elements i .. i + width - 1. Returns a value that is not a number in
/// some lane where a register became NaN or infinite, and zero otherwise.
template <class V, class T, class Shape, class Combiner, class Hook>
DIFFGEN_VALUE V apply_at(const instruction<T, Shape>& s, const tile_memory<T>& m,
                         const Combiner& combiner, const Hook& hook, int i) {
    const element<V, T, Shape, Combiner, Hook> e(s, m, combiner, hook, i);
    V values[Shape::rows];
    V bad = broadcast<V>(T(0));
    for (int r = 0; r < Shape::rows; ++r) {
        values[r] = broadcast<V>(T(0));
        if (r < s.rows) {
            values[r] = e.form(s.updates[r].form);
            if constexpr (Shape::tunes)
                if (s.tunes && r == 0) {
                    values[r] = fma(load<V>(m.tuned[1] + i), e.form(s.measured[1]), values[r]);
                    values[r] = fma(load<V>(m.tuned[0] + i), e.form(s.measured[0]), values[r]);
                }
            bad = bad + (values[r] - values[r]);
        }
    }
    for (int r = 0; r < Shape::rows; ++r)
        if (r < s.rows) store(m.slot(s.updates[r].target) + i, values[r]);
    if (s.next_input >= 0) {
        const V in = load<V>(m.slot(s.next_input) + i) * broadcast<V>(s.next_scale);
        for (int c = 0; c < Combiner::inputs; ++c)
            store(m.input(c) + i, in);
    }
    return bad;
}

/// Elements i .. count - 1 one by one; whether all that they wrote is finite.
template <class T, class Shape, class Combiner, class Hook>
DIFFGEN_REST bool apply_rest(const instruction<T, Shape>& s, const tile_memory<T>& m,
                             const Combiner& combiner, const Hook& hook, int i, int count) {
    T bad = 0;
    for (; i < count; ++i)
        bad += apply_at<T>(s, m, combiner, hook, i);
    return bad == bad;
}

/// The measured forms of the stage at element i, as the solver's rule wants them.
/// combiner and hook by value: g++ takes an empty object behind a reference for uninitialized.
template <class V, class T, class Shape, class Combiner, class Hook>
DIFFGEN_VALUE void measured_forms_at(const instruction<T, Shape>& s, const tile_memory<T>& m,
                                     Combiner combiner, Hook hook, int i, T* first, T* second) {
    const element<V, T, Shape, Combiner, Hook> e(s, m, combiner, hook, i);
    V a = e.form(s.measured[0]), b = e.form(s.measured[1]);
    if constexpr (requires { Shape::rule::element(s.parameters, a, a, b); })
        Shape::rule::element(s.parameters, load<V>(m.slot(s.compared_register) + i), a, b);
    store(first + i, a);
    store(second + i, b);
}

template <class T, class Shape, class Combiner, class Hook>
DIFFGEN_REST void measured_forms_rest(const instruction<T, Shape>& s, const tile_memory<T>& m,
                                      const Combiner& combiner, const Hook& hook, int i, int count,
                                      T* first, T* second) {
    for (; i < count; ++i)
        measured_forms_at<T>(s, m, combiner, hook, i, first, second);
}

}  // namespace detail

/// Carries out a stage on a tile of `count` elements. Returns whether every number it wrote is
/// finite.
template <class V, class T, class Shape, class Combiner, class Hook>
DIFFGEN_VALUE bool apply(const instruction<T, Shape>& s, const tile_memory<T>& m,
                         const Combiner& combiner, const Hook& hook, int count) {
    constexpr int width = value_traits<V>::width;
    V bad = broadcast<V>(T(0));
    int i = 0;
    for (; i + width <= count; i += width)
        bad = bad + detail::apply_at<V>(s, m, combiner, hook, i);
    const bool finite = !any(bad != bad);
    return i == count ? finite : detail::apply_rest(s, m, combiner, hook, i, count) && finite;
}

/// The first element of a tile with a number that is not finite, among what the stage wrote.
template <class T, class Shape>
[[nodiscard]] DIFFGEN_HD int first_bad_element(const instruction<T, Shape>& s,
                                               const tile_memory<T>& m, int count) {
    for (int i = 0; i < count; ++i)
        for (int r = 0; r < Shape::rows; ++r)
            if (r < s.rows) {
                const T v = m.slot(s.updates[r].target)[i];
                if (!(v - v == T(0))) return i;
            }
    return 0;
}

/// What a hook that depends on the whole sample measures of every element, into `to`.
template <class V, class T, class Shape, class Combiner, class Hook>
DIFFGEN_VALUE void measure(const instruction<T, Shape>& s, const tile_memory<T>& m,
                           const Combiner& combiner, const Hook& hook, int count, T* to) {
    constexpr int width = value_traits<V>::width;
    int i = 0;
    for (; i + width <= count; i += width)
        store(to + i, detail::measured_at<V>(s, m, combiner, hook, i));
    for (; i < count; ++i)
        store(to + i, detail::measured_at<T>(s, m, combiner, hook, i));
}

/// The forms that a measured stage sums up, into `first` and `second`.
template <class V, class T, class Shape, class Combiner, class Hook>
DIFFGEN_VALUE void measured_forms(const instruction<T, Shape>& s, const tile_memory<T>& m,
                                  const Combiner& combiner, const Hook& hook, int count, T* first,
                                  T* second) {
    constexpr int width = value_traits<V>::width;
    int i = 0;
    for (; i + width <= count; i += width)
        detail::measured_forms_at<V>(s, m, combiner, hook, i, first, second);
    if (i < count) detail::measured_forms_rest(s, m, combiner, hook, i, count, first, second);
}

}  // namespace diffgen::exec
