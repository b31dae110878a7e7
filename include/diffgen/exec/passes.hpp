// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The passes over a batch: each carries out the instructions of the cohorts, tile by tile. A cohort
// is a set of samples that share a plan, and so the instruction; a pass asks of(sample) for it.

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

namespace diffgen::exec {

/// What a cohort does next: its instruction, and the source of the noise for it.
template <class T, class Shape, class Noise>
struct assignment {
    using shape = Shape;
    instruction<T, Shape> code;
    Noise noise;
};

/// Something of every cohort, in memory where the passes run.
template <class Entry>
struct cohort_table {
    using entry_type = Entry;
    const Entry* entries;            ///< one for each cohort
    const std::uint32_t* cohort_of;  ///< of every sample; null where all are in cohort 0

    /// Whether tiles may run on from sample to sample.
    [[nodiscard]] DIFFGEN_VALUE bool is_one() const { return cohort_of == nullptr; }
    [[nodiscard]] DIFFGEN_VALUE std::uint32_t cohort(std::size_t sample) const {
        return cohort_of[sample];
    }
    [[nodiscard]] DIFFGEN_VALUE const Entry& of(std::size_t sample) const {
        return entries[cohort_of == nullptr ? 0 : cohort_of[sample]];
    }
};

/// The same where there is one cohort, as an argument of the pass: a device keeps it in constants.
template <class Entry>
struct single_cohort {
    using entry_type = Entry;
    Entry entry;

    [[nodiscard]] DIFFGEN_VALUE static bool is_one() { return true; }
    [[nodiscard]] DIFFGEN_VALUE static std::uint32_t cohort(std::size_t) { return 0; }
    [[nodiscard]] DIFFGEN_VALUE const Entry& of(std::size_t) const { return entry; }
};

/// Consecutive elements that go through the same: part of a tile.
struct piece {
    std::size_t begin;   ///< first element
    int count;           ///< of elements
    std::size_t sample;  ///< that the first element belongs to
};

/// How a batch is cut into tiles. Where all samples share a cohort, tiles run on from sample to
/// sample; otherwise a tile holds whole samples, or, where these are larger, a part of one.
struct tiling {
    std::size_t samples, elements;
    int tile;  ///< elements of a tile at most

    [[nodiscard]] DIFFGEN_VALUE std::size_t width() const { return static_cast<std::size_t>(tile); }
    /// Whole samples in a tile, where samples are not joined.
    [[nodiscard]] DIFFGEN_VALUE std::size_t samples_of_tile() const {
        return elements < width() ? width() / elements : 1;
    }
    [[nodiscard]] DIFFGEN_VALUE std::size_t tiles_of_sample() const {
        return (elements + width() - 1) / width();
    }
    [[nodiscard]] std::size_t count(bool joined) const {
        if (joined) return (samples * elements + width() - 1) / width();
        if (elements >= width()) return samples * tiles_of_sample();
        return (samples + samples_of_tile() - 1) / samples_of_tile();
    }
};

/// The pieces of one tile in turn: neighbours of one cohort are one piece.
///     for (pieces p(tiles, table, index); p.next();) use(p.now);
template <class Table>
class pieces {
  public:
    DIFFGEN_VALUE pieces(const tiling& t, const Table& table, std::size_t index)
        : now{}, table_(table), elements_(t.elements) {
        if (table.is_one()) {
            const std::size_t left = t.samples * t.elements - index * t.width();
            whole({index * t.width(), left < t.width() ? static_cast<int>(left) : t.tile, 0});
        } else if (t.elements >= t.width()) {
            const std::size_t sample = index / t.tiles_of_sample();
            const std::size_t first = index % t.tiles_of_sample() * t.width();
            const std::size_t left = t.elements - first;
            whole({sample * t.elements + first, left < t.width() ? static_cast<int>(left) : t.tile,
                   sample});
        } else {
            sample_ = index * t.samples_of_tile();
            const std::size_t left = t.samples - sample_;
            end_ = sample_ + (left < t.samples_of_tile() ? left : t.samples_of_tile());
        }
    }
    /// Moves to the next piece; false where there is none.
    DIFFGEN_VALUE bool next() {
        if (one_) {
            one_ = false;
            return true;
        }
        if (sample_ >= end_) return false;
        std::size_t last = sample_ + 1;
        while (last < end_ && table_.cohort(last) == table_.cohort(sample_))
            ++last;
        now = {sample_ * elements_, static_cast<int>((last - sample_) * elements_), sample_};
        sample_ = last;
        return true;
    }

    piece now;

  private:
    DIFFGEN_VALUE void whole(const piece& p) {
        now = p;
        one_ = true;
    }

    const Table& table_;
    std::size_t elements_;
    std::size_t sample_ = 0, end_ = 0;
    bool one_ = false;
};

namespace detail {

/// Draws the normals of an instruction for `count` elements from flat element `first` on.
template <class V, class T, class Shape, class Noise, int Room>
DIFFGEN_VALUE void draw(const instruction<T, Shape>& s, const Noise& source, std::uint64_t first,
                        int count, T (&normals)[Shape::draws][Room], tile_memory<T>& m) {
    m.normals = normals[0];
    m.normals_apart = Room;
    if constexpr (Shape::noisy)
        for (int d = 0; d < Shape::draws; ++d)
            if (d < s.draws)
                source.template fill<V>(noise::stream::solver,
                                        s.first_draw + static_cast<std::uint32_t>(d), first, count,
                                        normals[d]);
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
        for (pieces<Table> p(tiles, levels, index); p.next();) {
            const level_of<T> level = levels.of(p.now.sample);
            T normals[Capacity];
            source.template fill<V>(stream, 0, first_flat + p.now.begin, p.now.count, normals);
            T* to = x + p.now.begin;
            for (int i = 0; i < p.now.count; ++i)
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
        tiles.count(levels.is_one()),
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
        for (pieces<Table> p(tiles, table, index); p.next();) {
            const auto& code = table.of(p.now.sample).code;
            if (!code.evaluates) continue;
            const T* from = batch.slot(code.input_register) + p.now.begin;
            T* to = batch.inputs + p.now.begin;
            int i = 0;
            for (; i + width <= p.now.count; i += width)
                write(to + i, load<V>(from + i) * broadcast<V>(code.input_scale));
            for (; i < p.now.count; ++i)
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
        for (pieces<Table> p(tiles, table, index); p.next();) {
            const auto& mine = table.of(p.now.sample);
            if (mine.code.evaluates == evaluated && mine.code.rows > 0)
                carry_out<V>(mine.code, mine.noise, p.now);
        }
    }

  private:
    template <class V, class Noise>
    DIFFGEN_VALUE void carry_out(const instruction<T, shape>& code, const Noise& noise,
                                 const piece& now) const {
        auto m = batch.tile(now.begin);
        T normals[shape::draws][Capacity];
        detail::draw<V, T, shape>(code, noise, batch.first_flat + now.begin, now.count, normals, m);
        T p[shape::tunes ? Capacity : 1], q[shape::tunes ? Capacity : 1];
        if constexpr (shape::tunes)
            if (code.tunes) {
                batch.spread(batch.sample_sums, now.begin, now.count, p);
                batch.spread(batch.sample_sums + batch.samples, now.begin, now.count, q);
                m.tuned[0] = p;
                m.tuned[1] = q;
            }
        T statistic[Hook::per_sample ? Capacity : 1];
        if constexpr (Hook::per_sample) {
            batch.spread(batch.hook_statistics, now.begin, now.count, statistic);
            m.statistic = statistic;
        }
        if (!apply<V>(code, m, combiner, hook, now.count)) {
            const std::size_t bad =
                now.begin + static_cast<std::size_t>(first_bad_element(code, m, now.count));
            failure::report(batch.failed, failure::code(stage_number, bad / batch.elements));
        }
    }
};

/// What a hook that depends on the whole sample measures of the elements of a tile.
template <class T, class Batch, class Combiner, class Hook, class Table>
struct hook_pass {
    Table table;
    Batch batch;
    tiling tiles;
    Combiner combiner;
    Hook hook;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        for (pieces<Table> p(tiles, table, index); p.next();) {
            const auto& code = table.of(p.now.sample).code;
            if (code.evaluates)
                measure<V>(code, batch.tile(p.now.begin), combiner, hook, p.now.count,
                           batch.hook_values + p.now.begin);
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
            T normals[shape::draws][part], first[part], second[part];
            detail::draw<V, T, shape>(code, mine.noise, batch.first_flat + begin, here, normals, m);
            T statistic[Hook::per_sample ? part : 1];
            if constexpr (Hook::per_sample) {
                batch.spread(batch.hook_statistics, begin, here, statistic);
                m.statistic = statistic;
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

}  // namespace diffgen::exec
