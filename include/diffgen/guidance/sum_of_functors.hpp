// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A functor with the score of another one added to what it predicts.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/guidance_branch.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/prediction.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::detail {

/// The factor with which w times a score is added to an output: D grows by w sigma^2 / alpha times
/// the score. Throws bad_argument where that is not finite.
[[nodiscard]] inline double score_in_output(const conversion& c, const noise_level& l, double w) {
    const double factor = w * (l.sigma * l.sigma / l.alpha) / c.output_factor;
    require(std::isfinite(factor), "guidance by a gradient at t = ", l.t,
            ", where alpha = ", l.alpha, " and sigma = ", l.sigma,
            "; start where alpha is above 0");
    return factor;
}

/// A functor at a level; those without a member bind(level) are told it at every call.
template <class F, class S>
struct functor_at_level {
    F f;
    level_of<S> level;

    template <class X>
    DIFFGEN_VALUE auto operator()(const X& x, [[maybe_unused]] guidance_branch branch) const {
        if constexpr (std::is_invocable_v<const F&, const X&, const level_of<S>&, guidance_branch>)
            return f(x, level, branch);
        else
            return f(x, level);
    }
    template <class X>
    requires requires(const F& g, const X& x, const level_of<S>& l) { g.log_density(x, l); }
    DIFFGEN_VALUE auto log_density(const X& x) const { return f.log_density(x, level); }
};
template <class F, class S>
requires requires(const F& f, const level_of<S>& l) {
    f.bind(l);
}
struct functor_at_level<F, S> {
    std::remove_cvref_t<decltype(std::declval<const F&>().bind(std::declval<const level_of<S>&>()))>
        f;

    functor_at_level(const F& g, const level_of<S>& l) : f(g.bind(l)) {}

    template <class X>
    DIFFGEN_VALUE auto operator()(const X& x, [[maybe_unused]] guidance_branch branch) const {
        if constexpr (std::is_invocable_v<decltype(f), const X&, guidance_branch>)
            return f(x, branch);
        else
            return f(x);
    }
    template <class X>
    requires requires(const decltype(f)& g, const X& x) { g.log_density(x); }
    DIFFGEN_VALUE auto log_density(const X& x) const { return f.log_density(x); }
};

template <class F, class G, class S>
struct bound_sum {
    functor_at_level<F, S> first;
    functor_at_level<G, S> second;
    S factor, weight;

    template <class V>
    DIFFGEN_VALUE V operator()(const V& x, guidance_branch branch) const {
        return add(first(x, branch), second(x, branch));
    }
    template <class X>
    requires requires(const functor_at_level<F, S>& f, const functor_at_level<G, S>& g,
                      const X& x) {
        f.log_density(x);
        g.log_density(x);
    }
    DIFFGEN_VALUE auto log_density(const X& x) const {
        const auto a = first.log_density(x);
        return fma(broadcast<std::remove_const_t<decltype(a)>>(weight), second.log_density(x), a);
    }

  private:
    template <class V>
    DIFFGEN_VALUE V add(const V& output, const V& gradient) const {
        return fma(broadcast<V>(factor), gradient, output);
    }
    template <class V, std::size_t D>
    DIFFGEN_VALUE std::array<V, D> add(std::array<V, D> output,
                                       const std::array<V, D>& gradient) const {
        for (std::size_t d = 0; d < D; ++d)
            output[d] = add(output[d], gradient[d]);
        return output;
    }
};

/// first(x) + factor second(x), with the factor of score_in_output at the level.
template <class F, class G, class Output>
struct sum_of_functors {
    F first;
    G second;
    Output output;
    double weight;

    template <class S>
    [[nodiscard]] bound_sum<F, G, S> bind(const level_of<S>& l) const {
        noise_level level;
        level.t = static_cast<double>(l.t);
        level.log_snr = static_cast<double>(l.log_snr);
        level.alpha = static_cast<double>(l.alpha);
        level.sigma = static_cast<double>(l.sigma);
        const double factor = score_in_output(checked_conversion(output, level), level, weight);
        return {{first, l}, {second, l}, static_cast<S>(factor), static_cast<S>(weight)};
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::detail

#include <diffgen/core/with_macros.hpp>
