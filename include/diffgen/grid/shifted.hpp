// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The shifts of flow models: a grid moved towards the noise (Esser et al. 2024, eq. 23), or
// stretched so that its last evaluation is at a given level. s = sigma / (alpha + sigma), the
// noise's share, is the time of rectified flow; any process has it.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/process/process_view.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

namespace detail {

/// s and 1 - s, neither by a difference.
struct noise_share {
    double noise, signal;

    explicit noise_share(const noise_level& l)
        : noise(diffgen::detail::sigmoid(-0.5 * l.log_snr)),
          signal(diffgen::detail::sigmoid(0.5 * l.log_snr)) {}
};

}  // namespace detail

/// s' = shift s / (1 + (shift - 1) s) of the levels of `grid`, s counted as a part of that of
/// t_max, so that both ends stay; levels noisier than that do too. From pure noise on this is sigma
/// / alpha times the shift.
template <class Grid>
struct shifted {
    Grid grid;
    double shift = 3;

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        diffgen::detail::require(diffgen::detail::is_positive(shift), "a grid shifted by ", shift,
                                 "; must be above 0, mostly 1 to 12");
        std::vector<noise_level> levels = grid.levels(p, n);
        const noise_level noisiest = p.level(p.t_max());
        const detail::noise_share most(noisiest);
        for (noise_level& l : levels) {
            if (l.is_clean() || l.log_snr <= noisiest.log_snr) continue;
            const detail::noise_share at(l);
            const double w = 1 + (shift - 1) * at.noise / most.noise;
            const double signal = most.signal + (at.signal - most.signal) / w;
            l = p.level_of_log_snr(2 * std::log(signal * w / (shift * at.noise)));
        }
        return levels;
    }
};

/// The levels of `grid` with 1 - s stretched so that the last one before the clean end has
/// s = terminal; the first stays (LTX-Video's shift_terminal). One step is left as it is.
template <class Grid>
struct shift_terminal {
    Grid grid;
    double terminal = 0.1;

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        std::vector<noise_level> levels = grid.levels(p, n);
        std::size_t count = levels.size();
        while (count > 0 && levels[count - 1].is_clean())
            --count;
        if (count < 2) return levels;
        const detail::noise_share first(levels[0]), last(levels[count - 1]);
        diffgen::detail::require(
            terminal > 0 && terminal < first.noise, "a grid with shift_terminal = ", terminal,
            "; must be above 0 and below the share of noise at its start, ", first.noise);
        for (std::size_t i = 1; i < count; ++i) {
            const detail::noise_share at(levels[i]);
            const double part = (at.signal - first.signal) / (last.signal - first.signal);
            const double signal = first.signal + product(part, 1 - terminal - first.signal);
            const double noise = terminal + product(1 - part, first.noise - terminal);
            levels[i] = p.level_of_log_snr(2 * std::log(signal / noise));
        }
        return levels;
    }
};

template <class Grid>
shifted(Grid, double) -> shifted<Grid>;
template <class Grid>
shift_terminal(Grid, double) -> shift_terminal<Grid>;

/// The shift that keeps the uncertainty of images of `elements` elements as it was with `base`
/// (Esser et al. 2024, eq. 23).
[[nodiscard]] inline double shift_of_size(double elements, double base) {
    diffgen::detail::require(
        diffgen::detail::is_positive(elements) && diffgen::detail::is_positive(base),
        "a shift from ", base, " to ", elements, " elements; both must be above 0");
    return std::sqrt(elements / base);
}

/// Flux's dynamic shift: mu is a line in the tokens of an image.
struct dynamic_shift {
    double base_tokens = 256, base_mu = 0.5;
    double most_tokens = 4096, most_mu = 1.15;

    [[nodiscard]] double mu(double tokens) const {
        diffgen::detail::require(base_tokens < most_tokens, "a dynamic shift from ", base_tokens,
                                 " to ", most_tokens, " tokens; they must grow");
        return base_mu + (tokens - base_tokens) * (most_mu - base_mu) / (most_tokens - base_tokens);
    }
    /// The shift itself is mu ("linear"), or exp(mu) ("exponential").
    [[nodiscard]] double linear(double tokens) const { return mu(tokens); }
    [[nodiscard]] double exponential(double tokens) const { return std::exp(mu(tokens)); }
};

/// FLUX.2's shift, which also knows the number of steps: mu is a line in the steps through what two
/// lines in the tokens of the image say for 10 and for 200 steps; above 4300 tokens it is the
/// latter. For grid::straight{flux2_shift(tokens, steps)}.
[[nodiscard]] inline double flux2_shift(double tokens, int steps) {
    diffgen::detail::require(diffgen::detail::is_positive(tokens) && steps >= 1,
                             "FLUX.2's shift of ", tokens, " tokens in ", steps,
                             " steps; both must be above 0");
    const double of_200 = 0.45666666 + product(0.00016927, tokens);
    const double of_10 = 1.89833333 + product(8.73809524e-05, tokens);
    return std::exp(tokens > 4300 ? of_200 : of_200 + (of_10 - of_200) * (200 - steps) / 190);
}

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>
