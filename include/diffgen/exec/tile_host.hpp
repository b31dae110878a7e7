// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stage on a tile on a processor: row by row, each a sum of products over arrays, with several
// packs side by side, so that what the stage has is looked at once for many elements.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/lanes/fill_up.hpp>
#include <diffgen/exec/instruction.hpp>
#include <diffgen/exec/tile_memory.hpp>

#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI::exec::detail {

/// One product of a linear form: a factor, and the numbers of a stretch that it multiplies.
template <class T>
struct term {
    T factor;
    const T* from;
};

/// Elements that a stretch has at most.
inline constexpr int stretch_capacity = 256;

/// Up to `stretch_capacity` neighbouring elements of a tile on their way through a stage. Packs are
/// always whole: what is left is filled up with copies of the last element.
template <class V, class T, class Shape, class Combiner, class Hook>
class stretch {
    static constexpr int width = value_traits<V>::width;
    static constexpr std::size_t packs = 4;
    static constexpr int block = static_cast<int>(packs) * width;
    static constexpr bool direct = reads_output_directly<Combiner, Hook>;
    static constexpr bool scaled = Shape::noisy && scales_noise<Combiner, V, T>;
    static constexpr std::size_t copies = std::size_t{Combiner::copies};
    static constexpr std::size_t most_terms = std::size_t{Shape::registers} +
                                              std::size_t{Shape::draws} +
                                              std::size_t{Shape::branches} + 2;
    static constexpr int of_rule = own_numbers_of<Combiner>;
    static constexpr std::size_t own = std::size_t{numbers_of_both<Combiner, Hook>};

    static constexpr int capacity = stretch_capacity;
    static_assert(capacity % block == 0);

  public:
    /// From element `begin` on, of a tile of `count`.
    DIFFGEN_VALUE stretch(const instruction<T, Shape>& stage, const tile_memory<T>& memory,
                          int begin, int count)
        : s_(stage),
          m_(memory),
          begin_(begin),
          size_(count - begin < capacity ? count - begin : capacity),
          bad_(broadcast<V>(T(0))) {}

    /// What the forms read beside memory: the outputs merged, the hook applied, the noise scaled.
    DIFFGEN_VALUE void prepare([[maybe_unused]] const Combiner& combiner,
                               [[maybe_unused]] const Hook& hook) {
        if constexpr (!direct)
            for (int i = 0; i < size_; i += width) {
                V output = broadcast<V>(T(0)), network = output;
                if (s_.evaluates) {
                    V outputs[copies];
                    own_values<V, own> numbers;
                    read_outputs(i, outputs);
                    read_numbers(i, numbers);
                    network = output = merged<Combiner, V>(combiner, outputs, numbers.from(0));
                    if constexpr (scaled)
                        if (s_.scales_noise)
                            scale_noise(i, V(combiner.noise_factor(outputs, s_.noise_scale)));
                    if constexpr (Hook::per_sample)
                        output = hooked(hook, denoised(i, output), numbers.from(of_rule),
                                        read(m_.statistic, i));
                    else if constexpr (Hook::present)
                        output = hooked(hook, denoised(i, output), numbers.from(of_rule));
                }
                store(output_ + i, output);
                if constexpr (Hook::present) store(network_ + i, network);
            }
    }

    /// Carries the stage out. Returns a value that is not a number in some lane where a register
    /// became NaN or infinite, and zero otherwise.
    DIFFGEN_VALUE V apply() {
        // All rows read what was there before any of them is stored: the last can be at once.
        T values[std::size_t{Shape::rows}][capacity];
        DIFFGEN_ROLLED
        for (int r = 0; r < s_.rows; ++r) {
            const bool stored = r + 1 == s_.rows && !(tunes() && r == 0);
            sum(s_.updates[r].form, stored ? target(r) : values[r], !stored);
        }
        if constexpr (Shape::tunes)
            if (tunes()) {
                add_measured(values[0]);
                if (s_.rows == 1) lanes::copy_first(values[0], size_, target(0));
            }
        DIFFGEN_ROLLED
        for (int r = 0; r + 1 < s_.rows; ++r)
            lanes::copy_first(values[r], size_, target(r));
        return bad_;
    }

    /// The measured forms, as the solver's rule wants them.
    DIFFGEN_VALUE void measure_forms(T* first, T* second) {
        T* const to[] = {first + begin_, second + begin_};
        DIFFGEN_ROLLED
        for (int k = 0; k < 2; ++k)
            sum(s_.measured[k], to[k], false);
        using rule = typename Shape::rule;
        if constexpr (requires(V & a, V & b) { rule::element(s_.parameters, a, a, b); })
            for (int i = 0; i < size_; i += width) {
                const int valid = size_ - i;
                V a = load_some(to[0] + i, valid), b = load_some(to[1] + i, valid);
                rule::element(s_.parameters, read(m_.slot(s_.compared_register), i), a, b);
                store_some(to[0] + i, a, valid);
                store_some(to[1] + i, b, valid);
            }
    }

    /// What the hook measures.
    DIFFGEN_VALUE void measure(const Combiner& combiner, const Hook& hook, T* to) {
        for (int i = 0; i < size_; i += width) {
            V outputs[copies];
            own_values<V, own> numbers;
            read_outputs(i, outputs);
            read_numbers(i, numbers);
            const V d = denoised(i, merged<Combiner, V>(combiner, outputs, numbers.from(0)));
            store_some(to + begin_ + i, measured_by(hook, d, numbers.from(of_rule)), size_ - i);
        }
    }

  private:
    [[nodiscard]] DIFFGEN_VALUE bool tunes() const {
        if constexpr (Shape::tunes)
            return s_.tunes;
        else
            return false;
    }
    [[nodiscard]] DIFFGEN_VALUE T* target(int row) const {
        return m_.slot(s_.updates[row].target) + begin_;
    }
    [[nodiscard]] DIFFGEN_VALUE static V load_some(const T* from, int valid) {
        return lanes::load_first<V>(from, 1, valid);
    }
    DIFFGEN_VALUE static void store_some(T* to, const V& x, int valid) {
        if (valid >= width) {
            store(to, x);
        } else {
            T room[std::size_t{width}];
            store(room, x);
            lanes::copy_first(room, valid, to);
        }
    }
    /// A pack of an array of the tile, from number i of the stretch on.
    [[nodiscard]] DIFFGEN_VALUE V read(const T* tile, int i) const {
        return load_some(tile + begin_ + i, size_ - i);
    }
    DIFFGEN_VALUE void read_outputs(int i, V (&outputs)[copies]) const {
        for (std::size_t c = 0; c < copies; ++c)
            outputs[c] = read(m_.output(static_cast<int>(c)), i);
    }
    /// The numbers of the rule and of the hook, side by side.
    DIFFGEN_VALUE void read_numbers([[maybe_unused]] int i,
                                    [[maybe_unused]] own_values<V, own>& to) const {
        if constexpr (own > 0)
            for (std::size_t k = 0; k < own; ++k)
                to.values[k] = read(m_.number(static_cast<int>(k)), i);
    }
    /// The denoised estimate before any hook, from what the network's outputs were merged to.
    [[nodiscard]] DIFFGEN_VALUE V denoised(int i, const V& output) const {
        return fma(broadcast<V>(s_.state_factor), read(m_.slot(s_.input_register), i),
                   broadcast<V>(s_.output_factor) * output);
    }
    DIFFGEN_VALUE void scale_noise(int i, const V& factor) {
        for (int d = 0; d < s_.draws; ++d)
            store(noise_[d] + i, product(read(m_.normal(d), i), factor));
    }

    /// The terms of a form, in the order of additions that all paths share: the noise, the
    /// registers from the last to the second, the branches, the network's output, the first
    /// register.
    [[nodiscard]] DIFFGEN_VALUE int list(const compiled_form<T, Shape>& f,
                                         term<T> (&to)[most_terms]) const {
        int n = 0;
        if constexpr (Shape::noisy) {
            DIFFGEN_ROLLED
            for (int d = 0; d < s_.draws; ++d)
                if (f.reads_noise & (1u << d)) to[n++] = {f.noise[d], normals(d)};
        }
        DIFFGEN_ROLLED
        for (int r = Shape::registers - 1; r > 0; --r)
            if (f.reads & (1u << r)) to[n++] = {f.registers[r], m_.slot(r) + begin_};
        if constexpr (Shape::branches > 0)
            for (int b = 0; b < Shape::branches; ++b)
                if (s_.evaluates && (f.reads_branches & (1u << b)) != 0)
                    to[n++] = {f.branches[b], m_.output(b) + begin_};
        if constexpr (Hook::present)
            if (f.reads_network) to[n++] = {f.network, network_};
        if constexpr (direct) {
            if (f.reads_output && s_.evaluates) to[n++] = {f.output, m_.outputs + begin_};
        } else {
            if (f.reads_output) to[n++] = {f.output, output_};
        }
        if (f.reads & 1u) to[n++] = {f.registers[0], m_.state + begin_};
        return n;
    }
    [[nodiscard]] DIFFGEN_VALUE const T* normals(int draw) const {
        if constexpr (scaled)
            if (s_.scales_noise) return noise_[draw];
        return m_.normal(draw) + begin_;
    }

    /// Writes the values of a form; where `to` has room for them, in whole blocks.
    DIFFGEN_VALUE void sum(const compiled_form<T, Shape>& f, T* to, bool has_room) {
        term<T> terms[most_terms];
        const int n = list(f, terms), whole = size_ / block * block;
        T rest[most_terms + 1][std::size_t{block}];
        T* result = to;
        int count = whole;
        for (bool is_rest = false;; is_rest = true) {
            bad_ = bad_ + sum_blocks(terms, n, count, result);
            if (is_rest || whole == size_) break;
            for (int t = 0; t < n; ++t) {
                lanes::fill_up<1>(terms[t].from + whole, size_ - whole, rest[t], block);
                terms[t].from = rest[t];
            }
            result = has_room ? to + whole : rest[most_terms];
            count = block;
        }
        if (result == rest[most_terms]) lanes::copy_first(result, size_ - whole, to + whole);
    }
    /// The first `end` sums of `n` terms. Returns a value as apply does. Few
    /// terms, as most solvers have them, are sums of so many: their factors stay in registers.
    [[nodiscard]] DIFFGEN_VALUE static V sum_blocks(const term<T>* terms, int n, int end, T* to) {
        switch (n) {
            case 2:
                return sum_few<2>(terms, end, to);
            case 3:
                return sum_few<3>(terms, end, to);
            default:
                return sum_any(terms, n, end, to);
        }
    }
    template <std::size_t N>
    [[nodiscard]] DIFFGEN_VALUE static V sum_few(const term<T>* terms, int end, T* to) {
        V factor[N];
        const T* from[N];
        for (std::size_t t = 0; t < N; ++t) {
            factor[t] = broadcast<V>(terms[t].factor);
            from[t] = terms[t].from;
        }
        const V zero = broadcast<V>(T(0));
        V bad = zero;
        for (int i = 0; i < end; i += block) {
            V check = zero;
            for (int j = i; j < i + block; j += width) {
                V sum = zero;
                for (std::size_t t = 0; t < N; ++t)
                    sum = fma(factor[t], load<V>(from[t] + j), sum);
                check = fma(sum, zero, check);
                store(to + j, sum);
            }
            bad = bad + check;
        }
        return bad;
    }
    [[nodiscard]] DIFFGEN_VALUE static V sum_any(const term<T>* terms, int n, int end, T* to) {
        const V zero = broadcast<V>(T(0));
        V bad = zero;
        for (int i = 0; i < end; i += block) {
            V sums[packs];
            for (V& sum : sums)
                sum = zero;
            DIFFGEN_ROLLED
            for (int t = 0; t < n; ++t) {
                const V factor = broadcast<V>(terms[t].factor);
                const T* from = terms[t].from + i;
                for (std::size_t p = 0; p < packs; ++p)
                    sums[p] = fma(factor, load<V>(from + p * std::size_t{width}), sums[p]);
            }
            V check = zero;
            for (std::size_t p = 0; p < packs; ++p) {
                check = fma(sums[p], zero, check);
                store(to + i + p * std::size_t{width}, sums[p]);
            }
            bad = bad + check;
        }
        return bad;
    }

    /// Row 0 of a self-tuning stage: adds p and q times the measured forms.
    DIFFGEN_VALUE void add_measured(T* row) {
        if constexpr (Shape::tunes) {
            T measured[2][capacity];
            DIFFGEN_ROLLED
            for (int k = 0; k < 2; ++k)
                sum(s_.measured[k], measured[k], true);
            for (int i = 0; i < size_; i += width) {
                V x = load<V>(row + i);
                x = fma(read(m_.tuned[1], i), load<V>(measured[1] + i), x);
                x = fma(read(m_.tuned[0], i), load<V>(measured[0] + i), x);
                bad_ = fma(x, broadcast<V>(T(0)), bad_);
                store(row + i, x);
            }
        }
    }

    const instruction<T, Shape>& s_;
    const tile_memory<T>& m_;
    int begin_, size_;
    V bad_;
    T output_[direct ? 1 : capacity];
    T network_[Hook::present ? capacity : 1];  ///< the output before the hook, which makes it D
    T noise_[scaled ? std::size_t{Shape::draws} : 1][scaled ? capacity : 1];
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec::detail

#include <diffgen/core/with_macros.hpp>
