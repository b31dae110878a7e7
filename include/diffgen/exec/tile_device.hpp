// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stage on a tile on a device: one thread has four elements, and takes them through the stage
// together, in registers. All that it reads is loaded first, in accesses of 16 bytes, and nothing
// is stored before all is computed; where the tile is not whole, or lies at odd addresses, one
// element goes after the other. Compiled for the host too, where the tests compare its bits.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/exec/instruction.hpp>
#include <diffgen/exec/tile_memory.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::exec::detail {

/// N neighbouring numbers that are loaded and stored at once.
template <class T, std::size_t N>
struct alignas(N == 4 ? 16 : alignof(T)) quad {
    T v[N];
};

/// Whether 16 divides the addresses of what a tile has in the batch. The pass's own numbers, which
/// are in registers as long as nobody asks for their address, do not count.
template <class T>
[[nodiscard]] DIFFGEN_HD bool is_aligned(const tile_memory<T>& m) {
    const auto address = [](const void* p) { return reinterpret_cast<std::uintptr_t>(p); };
    return ((address(m.state) | address(m.kept) | address(m.outputs) |
             (m.kept_apart | m.copies_apart) * sizeof(T)) %
            16) == 0;
}

/// N neighbouring elements of a tile, from number `first` on, on their way through a stage.
template <std::size_t N, class T, class Shape, class Combiner, class Hook>
struct elements {
    using numbers = quad<T, N>;
    static constexpr bool direct = reads_output_directly<Combiner, Hook>;
    static constexpr bool scaled = Shape::noisy && scales_noise<Combiner, T, T>;
    static constexpr std::size_t registers = std::size_t{Shape::registers};
    static constexpr std::size_t copies = std::size_t{Combiner::copies};
    static constexpr std::size_t branches = std::size_t{Shape::branches};
    static constexpr int of_rule = own_numbers_of<Combiner>;
    static constexpr std::size_t own = std::size_t{numbers_of_both<Combiner, Hook>};

    const instruction<T, Shape>& s;
    const tile_memory<T>& m;
    int first;
    numbers state[registers];
    numbers noise[std::size_t{Shape::draws}];
    numbers output, network;  ///< the same but for a hook, after which `output` is D
    numbers branch[branches == 0 ? 1 : branches];  ///< the outputs that forms name

    DIFFGEN_HD elements(const instruction<T, Shape>& stage, const tile_memory<T>& memory, int begin)
        : s(stage), m(memory), first(begin) {}

    DIFFGEN_HD numbers read(const T* tile) const {
        return *reinterpret_cast<const numbers*>(tile + first);
    }
    /// The same of numbers that the pass itself has made.
    DIFFGEN_HD numbers read_own(const T* tile) const {
        numbers x;
        for (std::size_t i = 0; i < N; ++i)
            x.v[i] = tile[static_cast<std::size_t>(first) + i];
        return x;
    }
    DIFFGEN_HD void write(T* tile, const numbers& x) const {
        *reinterpret_cast<numbers*>(tile + first) = x;
    }

    DIFFGEN_HD void load(const Combiner& combiner, const Hook& hook) {
        for (std::size_t r = 0; r < registers; ++r)
            state[r] = s.reads & (1u << r) ? read(m.slot(static_cast<int>(r))) : numbers{};
        for (int d = 0; d < Shape::draws; ++d)
            noise[d] = Shape::noisy && d < s.draws ? read_own(m.normal(d)) : numbers{};
        output = network = numbers{};
        if (!s.evaluates) return;
        evaluate(combiner);
        if constexpr (Hook::present) {
            numbers statistic{};
            if constexpr (Hook::per_sample) statistic = read_own(m.statistic);
            const numbers d = denoised();
            for (std::size_t i = 0; i < N; ++i) {
                own_values<T, own> of_element;
                read_numbers(i, of_element);
                if constexpr (Hook::per_sample)
                    output.v[i] = hooked(hook, d.v[i], of_element.from(of_rule), statistic.v[i]);
                else
                    output.v[i] = hooked(hook, d.v[i], of_element.from(of_rule));
            }
        }
    }
    /// The network's outputs, merged.
    DIFFGEN_HD void evaluate(const Combiner& combiner) {
        numbers outputs[copies];
        for (std::size_t c = 0; c < copies; ++c)
            outputs[c] = read(m.output(static_cast<int>(c)));
        if constexpr (branches > 0)
            for (std::size_t b = 0; b < branches; ++b)
                branch[b] = outputs[b];
        for (std::size_t i = 0; i < N; ++i) {
            T of_element[copies];
            own_values<T, own> numbers_of_element;
            for (std::size_t c = 0; c < copies; ++c)
                of_element[c] = outputs[c].v[i];
            read_numbers(i, numbers_of_element);
            output.v[i] = merged<Combiner, T>(combiner, of_element, numbers_of_element.from(0));
            if constexpr (scaled)
                if (s.scales_noise) {
                    const T factor = combiner.noise_factor(of_element, s.noise_scale);
                    for (quad<T, N>& z : noise)
                        z.v[i] = product(z.v[i], factor);
                }
        }
        network = output;
    }
    /// The numbers of the rule and of the hook for element i of those that go together.
    DIFFGEN_HD void read_numbers([[maybe_unused]] std::size_t i,
                                 [[maybe_unused]] own_values<T, own>& to) const {
        if constexpr (own > 0)
            for (std::size_t k = 0; k < own; ++k)
                to.values[k] = m.number(static_cast<int>(k))[static_cast<std::size_t>(first) + i];
    }
    /// The denoised estimate before any hook.
    DIFFGEN_HD numbers denoised() const {
        const numbers in = read(m.slot(s.input_register));
        numbers d;
        for (std::size_t i = 0; i < N; ++i)
            d.v[i] = fma(s.state_factor, in.v[i], s.output_factor * network.v[i]);
        return d;
    }

    DIFFGEN_HD static void add(T factor, const numbers& x, numbers& sum) {
        for (std::size_t i = 0; i < N; ++i)
            sum.v[i] = fma(factor, x.v[i], sum.v[i]);
    }
    /// A form, in the order of additions that all paths share: the noise, the registers from the
    /// last to the second, the branches, the network's output, the first register.
    DIFFGEN_HD numbers form(const compiled_form<T, Shape>& f) const {
        numbers sum{};
        if constexpr (Shape::noisy)
            for (int d = 0; d < Shape::draws; ++d)
                if (f.reads_noise & (1u << d)) add(f.noise[d], noise[d], sum);
        for (std::size_t r = registers - 1; r > 0; --r)
            if (f.reads & (1u << r)) add(f.registers[r], state[r], sum);
        if constexpr (branches > 0)
            for (std::size_t b = 0; b < branches; ++b)
                if (s.evaluates && (f.reads_branches & (1u << b)) != 0)
                    add(f.branches[b], branch[b], sum);
        if constexpr (Hook::present)
            if (f.reads_network) add(f.network, network, sum);
        if (f.reads_output) add(f.output, output, sum);
        if (f.reads & 1u) add(f.registers[0], state[0], sum);
        return sum;
    }

    /// Carries the stage out. Returns not-a-number where a register became NaN or infinite.
    DIFFGEN_HD T apply() const {
        numbers values[std::size_t{Shape::rows}];
        T bad = T(0);
        for (int r = 0; r < Shape::rows; ++r)
            if (r < s.rows) {
                values[r] = form(s.updates[r].form);
                if constexpr (Shape::tunes)
                    if (s.tunes && r == 0)
                        for (int k = 1; k >= 0; --k) {
                            const numbers factor = read_own(m.tuned[k]), part = form(s.measured[k]);
                            for (std::size_t i = 0; i < N; ++i)
                                values[0].v[i] = fma(factor.v[i], part.v[i], values[0].v[i]);
                        }
                for (std::size_t i = 0; i < N; ++i)
                    bad = fma(values[r].v[i], T(0), bad);
            }
        for (int r = 0; r < Shape::rows; ++r)
            if (r < s.rows) write(m.slot(s.updates[r].target), values[r]);
        return bad;
    }

    /// The measured forms, as the solver's rule wants them.
    DIFFGEN_HD void measure_forms(T* to_first, T* to_second) const {
        numbers a = form(s.measured[0]), b = form(s.measured[1]);
        using rule = typename Shape::rule;
        if constexpr (requires(T & x) { rule::element(s.parameters, x, x, x); }) {
            const numbers compared = read(m.slot(s.compared_register));
            for (std::size_t i = 0; i < N; ++i)
                rule::element(s.parameters, compared.v[i], a.v[i], b.v[i]);
        }
        for (std::size_t i = 0; i < N; ++i) {
            to_first[static_cast<std::size_t>(first) + i] = a.v[i];
            to_second[static_cast<std::size_t>(first) + i] = b.v[i];
        }
    }

    /// What the hook measures.
    DIFFGEN_HD void measure(const Combiner& combiner, const Hook& hook, T* to) {
        evaluate(combiner);
        const numbers d = denoised();
        for (std::size_t i = 0; i < N; ++i) {
            own_values<T, own> of_element;
            read_numbers(i, of_element);
            to[static_cast<std::size_t>(first) + i] =
                measured_by(hook, d.v[i], of_element.from(of_rule));
        }
    }
};

/// Whether the four elements of a tile can go together.
template <class T>
[[nodiscard]] DIFFGEN_HD bool go_together(const tile_memory<T>& m, int count) {
    return count == 4 && is_aligned(m);
}

template <std::size_t N, class T, class Shape, class Combiner, class Hook>
[[nodiscard]] DIFFGEN_HD T apply_to(const instruction<T, Shape>& s, const tile_memory<T>& m,
                                    const Combiner& combiner, const Hook& hook, int first) {
    elements<N, T, Shape, Combiner, Hook> e(s, m, first);
    e.load(combiner, hook);
    return e.apply();
}

template <class T, class Shape, class Combiner, class Hook>
[[nodiscard]] DIFFGEN_HD bool apply_on_device(const instruction<T, Shape>& s,
                                              const tile_memory<T>& m, const Combiner& combiner,
                                              const Hook& hook, int count) {
    T bad = T(0);
    if (go_together(m, count)) {
        bad = apply_to<4>(s, m, combiner, hook, 0);
    } else {
        for (int i = 0; i < count; ++i)
            bad = bad + apply_to<1>(s, m, combiner, hook, i);
    }
    return bad == bad;  // NOLINT(misc-redundant-expression): a NaN is not itself
}

template <std::size_t N, class T, class Shape, class Combiner, class Hook>
DIFFGEN_HD void measure_of(const instruction<T, Shape>& s, const tile_memory<T>& m,
                           const Combiner& combiner, const Hook& hook, int first, T* to) {
    elements<N, T, Shape, Combiner, Hook> e(s, m, first);
    e.measure(combiner, hook, to);
}

template <class T, class Shape, class Combiner, class Hook>
DIFFGEN_HD void measure_on_device(const instruction<T, Shape>& s, const tile_memory<T>& m,
                                  const Combiner& combiner, const Hook& hook, int count, T* to) {
    if (go_together(m, count)) {
        measure_of<4>(s, m, combiner, hook, 0, to);
    } else {
        for (int i = 0; i < count; ++i)
            measure_of<1>(s, m, combiner, hook, i, to);
    }
}

template <class T, class Shape, class Combiner, class Hook>
DIFFGEN_HD void measured_forms_on_device(const instruction<T, Shape>& s, const tile_memory<T>& m,
                                         const Combiner& combiner, const Hook& hook, int count,
                                         T* first, T* second) {
    // One after the other: the sums' chunks keep the registers for the accumulators.
    for (int i = 0; i < count; ++i) {
        elements<1, T, Shape, Combiner, Hook> e(s, m, i);
        e.load(combiner, hook);
        e.measure_forms(first, second);
    }
}

}  // namespace diffgen::inline DIFFGEN_ABI::exec::detail

#include <diffgen/core/with_macros.hpp>
