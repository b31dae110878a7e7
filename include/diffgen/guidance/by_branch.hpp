// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A network for each branch of guidance: a weaker one beside the network itself (Karras et al.
// 2024, Guiding a diffusion model with a bad version of itself), or one object for each condition.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/guidance/guided.hpp>

#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

/// The batched network of a guided predictor that is made of one network for each branch. Each is
/// called as net(in, out, level) with the rows of its branch, one for each sample. Throws bad_shape
/// where the rule has another number of branches.
template <class... Nets>
class by_branch {
  public:
    explicit by_branch(Nets... nets) : nets_(std::move(nets)...) {}

    template <class In, class Out, class Level>
    void operator()(const In& in, const Out& out, const Level& l, guidance_rows rows) {
        evaluate(nets_, in, out, l, rows);
    }
    template <class In, class Out, class Level>
    requires std::conjunction_v<std::is_invocable<const Nets&, In, Out, Level>...>
    void operator()(const In& in, const Out& out, const Level& l, guidance_rows rows) const {
        evaluate(nets_, in, out, l, rows);
    }

    /// The network of branch B, to change its condition.
    template <std::size_t B>
    [[nodiscard]] auto& network() {
        return std::get<B>(nets_);
    }

  private:
    template <class All, class In, class Out, class Level>
    static void evaluate(All& nets, const In& in, const Out& out, const Level& l,
                         guidance_rows rows) {
        if (in.samples + rows.left_out * rows.conditioned != sizeof...(Nets) * rows.conditioned)
            throw bad_shape(detail::text("diffgen: by_branch{...} of ", sizeof...(Nets),
                                         " networks for ", in.samples, " rows of ",
                                         rows.conditioned,
                                         " samples; as many networks as the rule has branches"));
        std::size_t first = 0;
        const auto part = [&](const auto& x) {
            return std::remove_cvref_t<decltype(x)>(x.sample(first), rows.conditioned, x.elements);
        };
        const auto call = [&](auto& net) {
            if (first == in.samples) return;
            if constexpr (std::is_same_v<Level, noise_level>)
                net(part(in), part(out), l);
            else
                net(part(in), part(out), l.subspan(first, rows.conditioned));
            first += rows.conditioned;
        };
        std::apply([&](auto&... net) { (call(net), ...); }, nets);
    }

    std::tuple<Nets...> nets_;
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
