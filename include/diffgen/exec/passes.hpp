// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The passes over a batch: each carries out the instructions of the cohorts, tile by tile. A cohort
// is a set of samples that share a plan, and so the instruction; a pass asks of(sample) for it.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/instruction.hpp>
#include <diffgen/exec/memory.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/exec/reduce.hpp>
#include <diffgen/exec/tile.hpp>
#include <diffgen/noise/stream.hpp>
#include <diffgen/process/add_noise.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// What a cohort does next: its instruction, and the source of the noise for it.
template <class T, class Shape, class Noise>
struct assignment {
    using shape = Shape;
    instruction<T, Shape> code;
    Noise noise;
    /// Added, modulo 2^64, to the flat addresses of the batch: a sample whose number is not that of
    /// its place in the batch.
    std::uint64_t shift = 0;
    /// What to add to the place of a sample in the batch for its index in what a rule or a hook has
    /// one of for each sample, modulo 2^64.
    std::uint64_t index_shift = 0;
};

/// Which samples are in which cohort, in memory where the passes run; all null where there is one.
/// Samples that are smaller than a tile are taken together with others of their cohort, wherever in
/// the batch they lie: `order` lists the samples cohort by cohort, and tile t has those from number
/// first_of_tile[t] on.
struct membership {
    const std::uint32_t* cohort_of = nullptr;
    const std::uint32_t* order = nullptr;
    const std::uint32_t* first_of_tile = nullptr;
    std::size_t tiles = 0;
};

/// Something of every cohort, in memory where the passes run.
template <class Entry>
struct cohort_table {
    using entry_type = Entry;
    static constexpr bool many = true;
    const Entry* entries;  ///< one for each cohort
    membership of_samples{};

    [[nodiscard]] DIFFGEN_VALUE const membership& members() const { return of_samples; }

    /// Whether all samples are in one cohort, so that tiles may run on from sample to sample.
    [[nodiscard]] DIFFGEN_VALUE bool is_one() const { return of_samples.cohort_of == nullptr; }
    [[nodiscard]] DIFFGEN_VALUE const Entry& of(std::size_t sample) const {
        return entries[is_one() ? 0 : of_samples.cohort_of[sample]];
    }
};

/// The same where there is one cohort.
template <class Entry>
struct one_cohort {
    using entry_type = Entry;
    static constexpr bool many = false;
    const Entry* entry;

    [[nodiscard]] DIFFGEN_VALUE static membership members() { return {}; }
    [[nodiscard]] DIFFGEN_VALUE static bool is_one() { return true; }
    [[nodiscard]] DIFFGEN_VALUE const Entry& of(std::size_t) const { return *entry; }
};

/// The same as an argument of the pass: a device keeps it in constants.
template <class Entry>
struct single_cohort {
    using entry_type = Entry;
    static constexpr bool many = false;
    Entry entry;

    [[nodiscard]] DIFFGEN_VALUE static membership members() { return {}; }

    [[nodiscard]] DIFFGEN_VALUE static bool is_one() { return true; }
    [[nodiscard]] DIFFGEN_VALUE const Entry& of(std::size_t) const { return entry; }
};

/// Elements of one tile that go through the same: neighbours from `begin` on, or, where `group` is
/// not null, all elements of the samples that it lists.
struct piece {
    std::size_t begin;           ///< first element
    int count;                   ///< of elements
    std::size_t sample;          ///< that the first element belongs to
    const std::uint32_t* group;  ///< samples
    int group_size;

    /// The neighbours that the piece is made of, in parts: `count` elements from `begin` on, of
    /// which the first is element `at` of the piece.
    struct part {
        std::size_t begin;
        int count, at;
    };
    [[nodiscard]] DIFFGEN_VALUE int parts() const { return group == nullptr ? 1 : group_size; }
    [[nodiscard]] DIFFGEN_VALUE part of(int k, std::size_t elements) const {
        if (group == nullptr) return {begin, count, 0};
        const int each = static_cast<int>(elements);
        return {group[k] * elements, each, k * each};
    }
};

/// How a batch is cut into tiles. Where all samples share a cohort, tiles run on from sample to
/// sample; otherwise a tile holds samples of one cohort, or, where these are larger, a part of one.
struct tiling {
    std::size_t samples, elements;
    int tile;  ///< elements of a tile at most

    [[nodiscard]] DIFFGEN_VALUE std::size_t width() const { return static_cast<std::size_t>(tile); }
    [[nodiscard]] DIFFGEN_VALUE std::size_t tiles_of_sample() const {
        return (elements + width() - 1) / width();
    }
    template <class Table>
    [[nodiscard]] std::size_t count(const Table& table) const {
        if (table.is_one()) return (samples * elements + width() - 1) / width();
        if (table.members().order != nullptr) return table.members().tiles;
        return samples * tiles_of_sample();
    }
    template <class Table>
    [[nodiscard]] DIFFGEN_VALUE piece at(const Table& table, std::size_t index) const {
        if (!Table::many || table.is_one()) {
            const std::size_t begin = index * width(), left = samples * elements - begin;
            return {begin, left < width() ? static_cast<int>(left) : tile, 0, nullptr, 0};
        }
        if (const membership m = table.members(); m.order != nullptr) {
            const std::uint32_t first = m.first_of_tile[index];
            const int size = static_cast<int>(m.first_of_tile[index + 1] - first);
            const std::uint32_t* group = m.order + first;
            return {*group * elements, size * static_cast<int>(elements), *group, group, size};
        }
        const std::size_t sample = index / tiles_of_sample();
        const std::size_t first = index % tiles_of_sample() * width(), left = elements - first;
        return {sample * elements + first, left < width() ? static_cast<int>(left) : tile, sample,
                nullptr, 0};
    }
};

namespace detail {

/// Draws the normals of an instruction for `count` elements from flat element `first` on, into
/// normals[draw][at] and after it.
template <class V, class T, class Shape, class Noise, std::size_t Room>
DIFFGEN_VALUE void draw(const instruction<T, Shape>& s, const Noise& source, std::uint64_t first,
                        int count, int at, T (&normals)[std::size_t{Shape::draws}][Room]) {
    if constexpr (Shape::noisy)
        for (int d = 0; d < Shape::draws; ++d)
            if (d < s.draws)
                source.template fill<V>(noise::stream::solver,
                                        s.first_draw + static_cast<std::uint32_t>(d), first, count,
                                        normals[d] + at);
}

/// The elements of a piece; those of a group are filled up to whole packs, by copies of the last.
[[nodiscard]] DIFFGEN_VALUE inline int padded(const piece& p) {
    return p.group == nullptr ? p.count : (p.count + 15) / 16 * 16;
}
template <class T>
DIFFGEN_VALUE void pad(T* values, const piece& p) {
    for (int i = p.count; i < padded(p); ++i)
        values[i] = values[p.count - 1];
}

/// Copies the samples of a group to places side by side, or back (`apart`: where the samples of the
/// batch lie). Each: their elements, 0 for `elements`.
template <int Each, class T>
DIFFGEN_VALUE void gather_each(const T* apart, const piece& p, int elements, T* to) {
    const int each = Each > 0 ? Each : elements;
    for (int k = 0; k < p.group_size; ++k)
        for (int i = 0; i < each; ++i)
            to[k * each + i] =
                apart[p.group[k] * static_cast<std::size_t>(each) + static_cast<std::size_t>(i)];
}
template <int Each, class T>
DIFFGEN_VALUE void scatter_each(const T* from, const piece& p, int elements, T* apart) {
    const int each = Each > 0 ? Each : elements;
    for (int k = 0; k < p.group_size; ++k)
        for (int i = 0; i < each; ++i)
            apart[p.group[k] * static_cast<std::size_t>(each) + static_cast<std::size_t>(i)] =
                from[k * each + i];
}

template <class T>
DIFFGEN_APART void gather(const T* apart, const piece& p, int elements, T* to) {
    if (elements == 2)
        gather_each<2>(apart, p, elements, to);
    else if (elements == 3)
        gather_each<3>(apart, p, elements, to);
    else
        gather_each<0>(apart, p, elements, to);
    pad(to, p);
}
template <class T>
DIFFGEN_APART void scatter(const T* from, const piece& p, int elements, T* apart) {
    if (elements == 2)
        scatter_each<2>(from, p, elements, apart);
    else if (elements == 3)
        scatter_each<3>(from, p, elements, apart);
    else
        scatter_each<0>(from, p, elements, apart);
}

}  // namespace detail

/// x = alpha x + sigma z: the forward process, and with alpha = 0 the prior.
/// Table: of level_of<T>.
template <class T, class Noise, class Table, int Capacity>
struct noising_pass {
    Table levels;
    tiling tiles;
    T* x;
    std::uint64_t first_flat;
    noise::stream stream;
    Noise source;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const piece now = tiles.at(levels, index);
        const level_of<T> level = levels.of(now.sample);
        if (level.alpha == T(1) && level.sigma == T(0)) return;  // the clean end, to the bit
        for (int k = 0; k < (Table::many ? now.parts() : 1); ++k) {
            const auto [begin, count, at] = now.of(k, tiles.elements);
            T normals[std::size_t{Capacity}];
            source.template fill<V>(stream, 0, first_flat + begin, count, normals);
            T* to = x + begin;
            for (int i = 0; i < count; ++i)
                to[i] = level.alpha == T(0) ? level.sigma * normals[i]
                                            : add_noise(level, to[i], normals[i]);
        }
    }
};

/// Queues noising_pass over a state of any policy; does not wait. source: with its seed.
template <class Exec, class T, class Space, class Table, class Noise>
void add_noise_to(const Exec& e, batch_view<T, Space> x, const Table& levels, noise::stream stream,
                  const Noise& source, std::uint64_t first_sample) {
    using pass = noising_pass<T, Noise, Table, Exec::tile_capacity>;
    const tiling tiles{x.samples, x.elements, e.tile};
    e.for_each(
        tiles.count(levels),
        with_lanes<T, pass>{{levels, tiles, x.data, first_sample * x.elements, stream, source}});
}

/// Queues the draw of the prior, sigma N(0, I), into x; does not wait. source: with its seed.
template <class Exec, class T, class Space, class Noise>
void draw_prior(const Exec& e, batch_view<T, Space> x, double sigma, const Noise& source,
                std::uint64_t first_sample) {
    level_of<T> prior{};
    prior.sigma = static_cast<T>(sigma);
    add_noise_to(e, x, single_cohort<level_of<T>>{prior}, noise::stream::prior, source,
                 first_sample);
}

/// Writes what the network is to see: for every sample whose instruction evaluates, the register
/// that it names, scaled, `copies` times.
template <class T, class Batch, class Table>
struct input_pass {
    Table table;
    Batch batch;
    tiling tiles;
    int copies;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        constexpr int width = value_traits<V>::width;
        const piece now = tiles.at(table, index);
        const auto& code = table.of(now.sample).code;
        if (!code.evaluates) return;
        for (int k = 0; k < (Table::many ? now.parts() : 1); ++k) {
            const auto [begin, count, at] = now.of(k, tiles.elements);
            const T* from = batch.slot(code.input_register) + begin;
            T* to = batch.inputs + begin;
            int i = 0;
            for (; i + width <= count; i += width)
                write(to + i, load<V>(from + i) * broadcast<V>(code.input_scale));
            for (; i < count; ++i)
                write(to + i, from[i] * code.input_scale);
        }
    }

  private:
    template <class W>
    DIFFGEN_VALUE void write(T* to, const W& value) const {
        for (int c = 0; c < copies; ++c)
            store(to + static_cast<std::size_t>(c) * batch.size(), value);
    }
};

/// One instruction of every cohort that evaluates (or of every one that does not: `evaluated`).
template <class T, class Batch, class Combiner, class Hook, class Table, int Capacity>
struct stage_pass {
    using shape = typename Table::entry_type::shape;

    Table table;
    Batch batch;
    tiling tiles;
    Combiner combiner;
    Hook hook;
    bool evaluated;
    std::uint64_t stage_number;  ///< for the note of a failure

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const piece now = tiles.at(table, index);
        const auto& mine = table.of(now.sample);
        const instruction<T, shape>& code = mine.code;
        if (code.evaluates != evaluated || code.rows == 0) return;
        auto m = batch.tile(now.begin);
        room local;
        if (Table::many && now.group != nullptr) local.gather(code, batch, now, m);
        T normals[std::size_t{shape::draws}][std::size_t{Capacity}];
        for (int k = 0; k < (Table::many ? now.parts() : 1); ++k) {
            const auto [begin, count, at] = now.of(k, batch.elements);
            detail::draw<V, T, shape>(code, mine.noise, batch.first_flat + mine.shift + begin,
                                      count, at, normals);
        }
        if constexpr (shape::noisy && Table::many)
            for (int d = 0; d < code.draws; ++d)
                detail::pad(normals[d], now);
        m.normals = normals[0];
        m.normals_apart = Capacity;
        T p[shape::tunes ? Capacity : 1], q[shape::tunes ? Capacity : 1];
        if constexpr (shape::tunes)
            if (code.tunes) {
                spread(batch.sample_sums, now, p);
                spread(batch.sample_sums + batch.samples, now, q);
                m.tuned[0] = p;
                m.tuned[1] = q;
            }
        T statistic[Hook::per_sample ? Capacity : 1];
        if constexpr (Hook::per_sample) {
            spread(batch.hook_statistics, now, statistic);
            m.statistic = statistic;
        }
        constexpr int own = detail::numbers_of_both<Combiner, Hook>;
        T numbers[std::size_t{own > 0 ? own : 1}][std::size_t{own > 0 ? Capacity : 1}];
        if constexpr (own > 0)
            if (code.evaluates) {
                for (int k = 0; k < (Table::many ? now.parts() : 1); ++k) {
                    const auto [begin, count, at] = now.of(k, batch.elements);
                    detail::write_numbers(combiner, hook, batch.elements, mine.index_shift, begin,
                                          count, at, numbers);
                }
                if constexpr (Table::many)
                    for (auto& of_one : numbers)
                        detail::pad(of_one, now);
                m.numbers = numbers[0];
                m.numbers_apart = Capacity;
            }
        const bool finite =
            apply<V>(code, m, combiner, hook, Table::many ? detail::padded(now) : now.count);
        if (Table::many && now.group != nullptr) local.scatter(code, batch, now);
        if (!finite) {
            const int bad = first_bad_element(code, m, now.count);
            const std::size_t sample =
                now.group == nullptr ? (now.begin + static_cast<std::size_t>(bad)) / batch.elements
                                     : now.group[bad / static_cast<int>(batch.elements)];
            failure::report(batch.failed, failure::code(stage_number, sample));
        }
    }

  private:
    /// Where a group of samples is side by side while it goes through the stage.
    struct nowhere {
        DIFFGEN_VALUE void gather(const instruction<T, shape>&, const Batch&, const piece&,
                                  tile_memory<T>&) {}
        DIFFGEN_VALUE void scatter(const instruction<T, shape>&, const Batch&, const piece&) {}
    };
    struct somewhere {
        T registers[std::size_t{shape::registers + 1}][std::size_t{Capacity}];
        T outputs[std::size_t{Combiner::copies}][std::size_t{Capacity}];

        DIFFGEN_VALUE void gather(const instruction<T, shape>& code, const Batch& from,
                                  const piece& now, tile_memory<T>& m) {
            const int elements = static_cast<int>(from.elements);
            for (int r = 0; r < shape::registers; ++r)
                if ((code.reads >> r & 1u) != 0 || r == code.input_register)
                    detail::gather(from.slot(r), now, elements, registers[r]);
            if (code.evaluates)
                for (int c = 0; c < Combiner::copies; ++c)
                    detail::gather(from.outputs + static_cast<std::size_t>(c) * from.size(), now,
                                   elements, outputs[c]);
            m.state = registers[0];
            m.kept = registers[1];
            m.kept_apart = m.copies_apart = Capacity;
            m.outputs = outputs[0];
        }
        DIFFGEN_VALUE void scatter(const instruction<T, shape>& code, const Batch& to,
                                   const piece& now) {
            for (int r = 0; r < code.rows; ++r) {
                const int target = code.updates[r].target;
                detail::scatter(registers[target], now, static_cast<int>(to.elements),
                                to.slot(target));
            }
        }
    };
    using room = std::conditional_t<Table::many && (Capacity >= 16), somewhere, nowhere>;

    /// Numbers that belong to samples, one for each element of the piece.
    DIFFGEN_VALUE void spread(const T* of_sample, const piece& now, T* to) const {
        for (int k = 0; k < (Table::many ? now.parts() : 1); ++k) {
            const auto [begin, count, at] = now.of(k, batch.elements);
            batch.spread(of_sample, begin, count, to + at);
        }
        if constexpr (Table::many) detail::pad(to, now);
    }
};

/// What a hook that depends on the whole sample measures of the elements of a tile.
template <class T, class Batch, class Combiner, class Hook, class Table, int Capacity>
struct hook_pass {
    Table table;
    Batch batch;
    tiling tiles;
    Combiner combiner;
    Hook hook;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const piece now = tiles.at(table, index);
        const auto& code = table.of(now.sample).code;
        if (!code.evaluates) return;
        for (int k = 0; k < (Table::many ? now.parts() : 1); ++k) {
            const auto [begin, count, at] = now.of(k, batch.elements);
            auto m = batch.tile(begin);
            constexpr int own = detail::numbers_of_both<Combiner, Hook>;
            T numbers[std::size_t{own > 0 ? own : 1}][std::size_t{own > 0 ? Capacity : 1}];
            if constexpr (own > 0) {
                detail::write_numbers(combiner, hook, batch.elements,
                                      table.of(now.sample).index_shift, begin, count, 0, numbers);
                m.numbers = numbers[0];
                m.numbers_apart = Capacity;
            }
            measure<V>(code, m, combiner, hook, count, batch.hook_values + begin);
        }
    }
};

/// What the hook makes of them for sample `index`.
template <class T, class Batch, class Hook>
struct statistic_pass {
    Batch batch;
    Hook hook;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t sample) const {
        batch.hook_statistics[sample] = hook.statistic(
            static_cast<const T*>(batch.hook_values + sample * batch.elements), batch.elements);
    }
};

/// Sums of squares of the measured forms over one chunk of one sample, which a device takes in
/// parts that fit into registers.
template <class T, class Batch, class Combiner, class Hook, class Table, int Capacity>
struct partial_sums_pass {
    using shape = typename Table::entry_type::shape;
    static constexpr int part = Capacity < chunk ? accumulators : chunk;

    Table table;
    Batch batch;
    Combiner combiner;
    Hook hook;
    bool evaluated;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const std::size_t sample = index / batch.chunks(), number = index % batch.chunks();
        const auto& mine = table.of(sample);
        const instruction<T, shape>& code = mine.code;
        if (code.evaluates != evaluated || !code.measures) return;
        std::size_t begin = sample * batch.elements + number * static_cast<std::size_t>(chunk);
        const std::size_t left = (sample + 1) * batch.elements - begin;
        int count = left < static_cast<std::size_t>(chunk) ? static_cast<int>(left) : chunk;
        sum_of_squares<V> sums[2];
        for (; count > 0; count -= part, begin += static_cast<std::size_t>(part)) {
            const int here = count < part ? count : part;
            auto m = batch.tile(begin);
            T normals[std::size_t{shape::draws}][std::size_t{part}], first[std::size_t{part}],
                second[std::size_t{part}];
            detail::draw<V, T, shape>(code, mine.noise, batch.first_flat + mine.shift + begin, here,
                                      0, normals);
            m.normals = normals[0];
            m.normals_apart = part;
            T statistic[Hook::per_sample ? part : 1];
            if constexpr (Hook::per_sample) {
                batch.spread(batch.hook_statistics, begin, here, statistic);
                m.statistic = statistic;
            }
            constexpr int own = detail::numbers_of_both<Combiner, Hook>;
            T numbers[std::size_t{own > 0 ? own : 1}][std::size_t{own > 0 ? part : 1}];
            if constexpr (own > 0) {
                detail::write_numbers(combiner, hook, batch.elements, mine.index_shift, begin, here,
                                      0, numbers);
                m.numbers = numbers[0];
                m.numbers_apart = part;
            }
            measured_forms<V>(code, m, combiner, hook, here, first, second);
            sums[0].add(first, here);
            sums[1].add(second, here);
        }
        batch.partial_sums[index] = sums[0].total();
        batch.partial_sums[batch.samples * batch.chunks() + index] = sums[1].total();
    }
};

/// The sums of sample `index`, and the tuner's choice from them.
template <class T, class Batch, class Table>
struct sample_sums_pass {
    using shape = typename Table::entry_type::shape;

    Table table;
    Batch batch;
    bool evaluated;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t sample) const {
        const instruction<T, shape>& code = table.of(sample).code;
        if (code.evaluates != evaluated || !code.measures) return;
        const std::size_t chunks = batch.chunks();
        const T* a = batch.partial_sums + sample * chunks;
        const T* b = a + batch.samples * chunks;
        T first2 = a[0], second2 = b[0];
        for (std::size_t i = 1; i < chunks; ++i) {
            first2 = first2 + a[i];
            second2 = second2 + b[i];
        }
        T &p = batch.sample_sums[sample], &q = batch.sample_sums[batch.samples + sample];
        if constexpr (shape::tunes) {
            if (code.tunes) {
                shape::rule::pick(code.parameters, first2, second2, p, q);
                return;
            }
        }
        p = first2;
        q = second2;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>
