// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The base of predictors that change another predictor: it forwards every member to that one.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/prediction.hpp>

#include <cstddef>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

template <class Inner>
struct decorator {
    using output_type = typename Inner::output_type;
    using combiner_type = typename Inner::combiner_type;
    using hook_type = typename Inner::hook_type;
    static constexpr auto kind = Inner::kind;
    static constexpr int elements = Inner::elements;

    Inner inner;

    explicit decorator(Inner p) : inner(std::move(p)) {}

    void check() const { detail::check(inner); }
    template <class Space>
    void check_batch(std::size_t samples, std::size_t size) const {
        detail::check_batch<Space>(inner, samples, size);
    }

    /// The network at the heart of all decorators, to change its conditions.
    [[nodiscard]] auto& network() { return inner.network(); }
    [[nodiscard]] const auto& network() const { return inner.network(); }

    [[nodiscard]] noise_level with_network_time(const noise_level& l) const {
        return inner.with_network_time(l);
    }
    [[nodiscard]] conversion to_denoised(const noise_level& l) const {
        return inner.to_denoised(l);
    }
    /// What the network predicts.
    [[nodiscard]] const output_type& prediction() const { return inner.prediction(); }
    [[nodiscard]] decltype(auto) functor() const { return inner.functor(); }
    [[nodiscard]] combiner_type combiner() const { return inner.combiner(); }
    [[nodiscard]] hook_type hook() const { return inner.hook(); }

    template <class In, class Out, class Level, class... Extra>
    static constexpr bool takes = Inner::template takes<In, Out, Level, Extra...>;

    /// Calls the network with `extra` as its last arguments. Level is noise_level, for one level of
    /// the whole batch, or std::span<const noise_level>, with one level for each row.
    template <class In, class Out, class Level, class... Extra>
    void call(const In& in, const Out& out, const Level& l, const Extra&... extra) {
        inner.call(in, out, l, extra...);
    }
    template <class In, class Out, class Level, class... Extra>
    void call(const In& in, const Out& out, const Level& l, const Extra&... extra) const {
        inner.call(in, out, l, extra...);
    }
    template <class In, class Out, class Levels>
    void log_densities(const In& in, const Out& out, const Levels& l) const {
        inner.log_densities(in, out, l);
    }
    template <class In, class Out, class Levels>
    void log_densities(const In& in, const Out& out, const Levels& l) {
        inner.log_densities(in, out, l);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
