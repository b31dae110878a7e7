// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A predictor of data on a lattice, decorated with the exact posterior of each element over its
// levels. Where noise is small a network of numbers does not know that only levels are possible,
// and where it is large it knows no better than a histogram; a lattice knows both. In between its
// posterior takes the network's estimate for a measurement of the element, made with an error of
// some deviation, so that what the network reads from the neighbours counts too.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/density/denoiser.hpp>
#include <diffgen/density/drawn_states.hpp>
#include <diffgen/density/independent_levels.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/process/process_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// How estimates are combined at a log-SNR: weight times the network's plus 1 - weight times the
/// lattice's, whose posterior takes the network's for a measurement of this precision (one over the
/// variance of its error; 0: not at all).
struct levels_knot {
    double log_snr, weight, precision;
};

/// A batched network of denoised estimates. Rules between knots are interpolated along lines.
template <class Predictor>
class levels_network {
  public:
    Predictor predictor;
    independent_levels levels;
    std::vector<levels_knot> knots;

    /// Until knots are fitted or given: the lattice alone above `above` and below `below`, the
    /// network alone in between.
    levels_network(Predictor p, independent_levels l, double above = 5, double below = -3)
        : predictor(std::move(p)),
          levels(std::move(l)),
          knots{{below, 0, 0}, {below + 1e-9, 1, 0}, {above - 1e-9, 1, 0}, {above, 0, 0}} {
        require(below < above, "levels above log-SNR ", above, " and below ", below,
                "; the first must be larger");
    }

    void check() const {
        require(!knots.empty(), "a levels_network without knots");
        for (std::size_t i = 0; i < knots.size(); ++i)
            require((i == 0 || knots[i - 1].log_snr < knots[i].log_snr) &&
                        knots[i].precision >= 0 &&
                        std::isfinite(knots[i].precision + knots[i].weight),
                    "knot ", i, " of a levels_network at log-SNR ", knots[i].log_snr,
                    " with weight ", knots[i].weight, " and precision ", knots[i].precision,
                    "; log-SNR must rise, precisions are not negative");
    }

    template <class T>
    void operator()(batch_view<const T> in, batch_view<T> out, const noise_level& l) {
        combine<T>(predictor, in, out, {&l, 1});
    }
    template <class T>
    void operator()(batch_view<const T> in, batch_view<T> out, std::span<const noise_level> at) {
        combine<T>(predictor, in, out, at);
    }
    template <class T>
    void operator()(batch_view<const T> in, batch_view<T> out, const noise_level& l) const {
        combine<T>(predictor, in, out, {&l, 1});
    }
    template <class T>
    void operator()(batch_view<const T> in, batch_view<T> out,
                    std::span<const noise_level> at) const {
        combine<T>(predictor, in, out, at);
    }

    /// A knot at each of these log-SNRs, with the weight and the precision that have the least
    /// squared error on samples x, which should be none that a bound is estimated of.
    template <class X>
    void fit(const process_view& process, const X& x, std::vector<double> log_snrs,
             std::uint64_t seed = 0) {
        std::sort(log_snrs.begin(), log_snrs.end());
        const detail::rows_of_doubles data(x);
        using T = detail::numbers_of<X>;
        std::vector<levels_knot> found;
        for (std::size_t i = 0; i < log_snrs.size(); ++i) {
            const noise_level l = process.level_of_log_snr(log_snrs[i]);
            std::vector<double> states(data.values.size()), said(states.size());
            for (std::size_t n = 0; n < data.samples; ++n)
                detail::draw_state(
                    data.row(n), l, noise::philox{seed}, static_cast<std::uint32_t>(i), n,
                    std::span<double>(states).subspan(n * data.elements, data.elements));
            denoiser<T, Predictor>(predictor, data.elements).estimate(states, {&l, 1}, said);
            found.push_back(best_knot(data.values, states, said, data.elements, l));
        }
        knots = std::move(found);
        check();
    }

    /// What holds at a log-SNR: beyond the knots, the last one.
    [[nodiscard]] levels_knot rule_at(double log_snr) const {
        const auto above = std::find_if(knots.begin(), knots.end(),
                                        [&](const levels_knot& k) { return k.log_snr >= log_snr; });
        if (above == knots.begin()) return knots.front();
        if (above == knots.end()) return knots.back();
        const levels_knot &a = *(above - 1), &b = *above;
        const double part = (log_snr - a.log_snr) / (b.log_snr - a.log_snr);
        return {log_snr, a.weight + part * (b.weight - a.weight),
                a.precision + part * (b.precision - a.precision)};
    }

  private:
    [[nodiscard]] double by_lattice(std::size_t d, double x, const noise_level& l, double said,
                                    double precision) const {
        return levels.posterior(d, x, l, said, 1 / std::sqrt(precision)).mean;
    }

    template <class T, class P>
    void combine(P& p, batch_view<const T> in, batch_view<T> out,
                 std::span<const noise_level> at) const {
        const std::vector<double> x(in.begin(), in.end());
        std::vector<double> said(x.size());
        denoiser<T, P>(p, in.elements).estimate(x, at, said);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const noise_level& l = at[at.size() == 1 ? 0 : i / in.elements];
            const levels_knot rule = rule_at(l.log_snr);
            const double own = rule.weight == 1
                                   ? 0
                                   : by_lattice(i % in.elements, x[i], l, said[i], rule.precision);
            out.data[i] = static_cast<T>(rule.weight * said[i] + (1 - rule.weight) * own);
        }
    }

    [[nodiscard]] levels_knot best_knot(const std::vector<double>& x0,
                                        const std::vector<double>& states,
                                        const std::vector<double>& said, std::size_t elements,
                                        const noise_level& l) const {
        levels_knot best{l.log_snr, 1, 0};
        double least = diffgen::detail::infinity;
        // Deviations from a hundredth of the data's unit to one, and none.
        for (int j = 0; j <= 16; ++j) {
            const double deviation = std::pow(10., -2 + j / 8.);
            const double precision = j == 16 ? 0 : 1 / (deviation * deviation);
            double squares = 0, along = 0, length = 0;
            for (std::size_t i = 0; i < x0.size(); ++i) {
                const double own = by_lattice(i % elements, states[i], l, said[i], precision);
                squares += (x0[i] - own) * (x0[i] - own);
                along += (x0[i] - own) * (said[i] - own);
                length += (said[i] - own) * (said[i] - own);
            }
            const double weight = length > 0 ? std::clamp(along / length, 0., 1.) : 0;
            const double error = squares - 2 * weight * along + weight * weight * length;
            if (error < least) {
                least = error;
                best = {l.log_snr, weight, precision};
            }
        }
        return best;
    }
};

/// The decorated predictor. Its network() has the knots and fits them.
template <class Predictor>
[[nodiscard]] auto with_levels(Predictor p, independent_levels levels, double above = 5,
                               double below = -3) {
    return predicts(denoised{},
                    levels_network<Predictor>(std::move(p), std::move(levels), above, below));
}

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>
