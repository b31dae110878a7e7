// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The passes that evaluate the functor of a predictor on a batch, each sample by what the level of
// its cohort makes of the functor: its output, and its log density where it has one,
//   template <class V> V log_density(std::array<V, D> x, level_of<S> l) const
// as energies that come with their value and Gaussian mixtures do; or the same without the level in
// what bind(level) returns. A constant may be missing.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/lanes/fill_up.hpp>
#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/functor.hpp>
#include <diffgen/exec/passes.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::exec {

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

/// One tile of samples through the functor. D: elements of a call, 0 for a pointwise functor.
template <class T, int D, class Table, int Capacity>
struct evaluation_pass {
    Table bound;
    tiling tiles;
    const T* in;
    T* out;
    guidance_branch branch;  ///< of guidance, for a functor that asks

    [[nodiscard]] DIFFGEN_VALUE static int calls(const piece& p) {
        return p.count / (D == 0 ? 1 : D);
    }
    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const piece now = tiles.at(bound, index);
        const auto& functor = bound.of(now.sample);
        if (now.group == nullptr) {
            evaluate_tile<V, D>(functor, in + now.begin, T(1), out + now.begin, calls(now), branch);
        } else if constexpr (Table::many && Capacity >= 16) {
            T from[std::size_t{Capacity}], to[std::size_t{Capacity}];
            const int elements = static_cast<int>(tiles.elements);
            detail::gather(in, now, elements, from);
            evaluate_tile<V, D>(functor, from, T(1), to, calls(now), branch);
            detail::scatter(to, now, elements, out);
        }
    }
};

namespace detail {

/// The functor that a pass calls for log densities; it holds a reference, so that the compiler can
/// inline all of the bound functor.
template <class Bound>
struct log_density_of {
    const Bound& bound;

    template <class X>
    DIFFGEN_VALUE auto operator()(const X& x) const {
        return bound.log_density(x);
    }
};

/// What one call of a functor of D elements sees; D = 0: one element.
template <class T, int D>
struct argument_of {
    using type = std::array<T, static_cast<std::size_t>(D)>;
};
template <class T>
struct argument_of<T, 0> {
    using type = T;
};

template <class Bound, class X>
concept gives_density = requires(const Bound& f, const X& x) {
    f.log_density(x);
};

/// The log densities of as many samples as V has lanes; the first is given, and the first `valid`
/// of them exist. D = 0: samples of any size, whose elements' log densities are summed in their
/// order.
template <class V, int D, class T, class Bound>
[[nodiscard]] DIFFGEN_VALUE V log_density_at(const Bound& bound, const T* sample,
                                             std::size_t elements, int valid) {
    const log_density_of<Bound> f{bound};
    const auto stride = static_cast<std::ptrdiff_t>(elements);
    if constexpr (D == 0) {
        V total = broadcast<V>(T(0));
        for (std::size_t d = 0; d < elements; ++d)
            total = total + lanes::call(f, lanes::load_first<V>(sample + d, stride, valid));
        return total;
    } else {
        std::array<V, static_cast<std::size_t>(D)> x;
        for (std::size_t d = 0; d < static_cast<std::size_t>(D); ++d)
            x[d] = lanes::load_first<V>(sample + d, stride, valid);
        return lanes::call(f, x);
    }
}

}  // namespace detail

/// The log densities of up to `group` samples, a number for each.
template <class T, int D, class Table>
struct log_density_pass {
    static constexpr std::size_t group = 16;

    Table bound;
    const T* in;
    T* out;
    std::size_t samples, elements;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        constexpr std::size_t width = static_cast<std::size_t>(value_traits<V>::width);
        std::size_t i = index * group;
        const std::size_t end = samples - i < group ? samples : i + group;
        for (std::size_t count; i < end; i += count) {
            count = bound.is_one() ? (end - i < width ? end - i : width) : 1;
            T room[width];
            store(room, detail::log_density_at<V, D>(bound.of(i), in + i * elements, elements,
                                                     static_cast<int>(count)));
            lanes::copy_first(room, static_cast<int>(count), out + i);
        }
    }
};

/// Evaluates the functor of a predictor for a run. Keeps its memory from one call to the next.
/// Many: whether the samples of a run may be in several cohorts.
template <class Exec, class Predictor, class T, bool Many>
class evaluator {
    using space = typename Exec::space;
    using functor = std::remove_cvref_t<decltype(std::declval<const Predictor&>().functor())>;
    using combiner = typename Predictor::combiner_type;
    static constexpr int D = elements_of_call<Predictor>;

  public:
    using bound_type = std::remove_const_t<decltype(bind_level<T>(
        std::declval<const functor&>(), std::declval<const level_of<T>&>()))>;
    using table = std::conditional_t<Many, cohort_table<bound_type>, one_cohort<bound_type>>;

    /// out = functor(in), cohort c at levels[c].
    void evaluate(const Exec& e, const Predictor& p, batch_view<const T, space> in,
                  batch_view<T, space> out, std::span<const noise_level> levels,
                  const membership& members) {
        bind(e, p, levels);
        const std::size_t samples = out.samples / static_cast<std::size_t>(combiner::copies);
        const std::size_t size = samples * out.elements;
        const tiling tiles{samples, out.elements, elements_of_tile(e)};
        for (int c = 0; c < combiner::copies; ++c) {
            const std::size_t copy = static_cast<std::size_t>(c) * size;
            using pass = evaluation_pass<T, D, table, Exec::tile_capacity>;
            e.for_each(tiles.count(table_of(members)),
                       with_lanes<T, pass>{{table_of(members), tiles,
                                            in.data + (c < combiner::inputs ? copy : 0),
                                            out.data + copy, guidance_branch{c}}});
        }
    }

    /// out[i] = log density of sample i of `in`, at the levels of the last evaluation or bind.
    void log_densities(const Exec& e, batch_view<const T, space> in, T* out,
                       const membership& members) {
        constexpr bool gives =
            detail::gives_density<bound_type, typename detail::argument_of<T, D>::type>;
        static_assert(gives,
                      "diffgen: this solver compares densities: the predictor's functor needs a "
                      "member log_density(x, level) beside its call");
        if constexpr (gives) {
            using pass = log_density_pass<T, D, table>;
            e.for_each(
                (in.samples + pass::group - 1) / pass::group,
                with_lanes<T, pass>{{table_of(members), in.data, out, in.samples, in.elements}});
        }
    }

    /// Makes of the functor what each cohort's level demands.
    void bind(const Exec& e, const Predictor& p, std::span<const noise_level> levels) {
        if constexpr (std::is_same_v<space, diffgen::space::host>) e.wait();
        host_.clear();
        for (const noise_level& l : levels)
            host_.push_back(bind_level<T>(p.functor(), cast_level<T>(l)));
        if constexpr (!std::is_same_v<space, diffgen::space::host>) {
            if (room_ < host_.size()) {
                memory_ = buffer<bound_type, space>(e, host_.size());
                room_ = host_.size();
            }
            memory_.write(e, host_.data(), host_.size());
        }
    }

  private:
    /// A tile of a samplewise functor holds whole samples.
    [[nodiscard]] static int elements_of_tile(const Exec& e) {
        return D == 0 ? e.tile : tile_samples<D>(Exec::tile_capacity) * D;
    }

    [[nodiscard]] table table_of([[maybe_unused]] const membership& members) const {
        if constexpr (Many)
            return {bound(), members};
        else
            return {bound()};
    }
    /// The bound functors, where the policy runs.
    [[nodiscard]] const bound_type* bound() const {
        if constexpr (std::is_same_v<space, diffgen::space::host>)
            return host_.data();
        else
            return memory_.data();
    }

    std::vector<bound_type> host_;
    std::conditional_t<std::is_same_v<space, diffgen::space::host>, int, buffer<bound_type, space>>
        memory_{};
    std::size_t room_ = 0;
};

/// out[i] = log density of sample i of x at the level. `out` has room for a number for each sample,
/// where the policy runs; complete when it returns.
/// Throws bad_shape where the functor takes samples of another size.
template <class Exec, class Predictor, class T, class Space>
void log_density(const Exec& e, const Predictor& p, batch_view<T, Space> x,
                 const noise_level& level, std::remove_const_t<T>* out) {
    static_assert(Predictor::kind != granularity::batched,
                  "diffgen: log_density is for functors; a batched network is opaque");
    using number = std::remove_const_t<T>;
    require_elements<Predictor>(x.elements);
    evaluator<Exec, Predictor, number, false> functors;
    const noise_level told = p.with_network_time(level);
    functors.bind(e, p, std::span(&told, 1));
    functors.log_densities(e, batch_view<const number, Space>(x.data, x.samples, x.elements), out,
                           {});
    e.wait();
}

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>
