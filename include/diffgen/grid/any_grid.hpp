// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A time grid without its type, for the options of a run; and the check that every grid passes.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/process/process_view.hpp>

#include <cmath>
#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

/// Where the steps of a run lie: n + 1 levels for n steps, noisiest first.
template <class G>
concept time_grid = std::copy_constructible<G> &&
    requires(const G& g, const process_view& p, int n) {
    { g.levels(p, n) } -> std::convertible_to<std::vector<noise_level>>;
};

namespace detail {

/// Whether a grid's noise may grow from step to step, as in inversion (from data to noise): it has
/// static constexpr bool may_rise = true.
template <class Grid>
inline constexpr bool may_rise = requires {
    requires Grid::may_rise;
};

/// Whether a grid adds noise in its middle, or a solver carries that out: it has
/// static constexpr bool restarts = true.
template <class Part>
inline constexpr bool restarts = requires {
    requires Part::restarts;
};

}  // namespace detail

class any_grid {
  public:
    template <class Grid>
    requires(!std::is_same_v<std::remove_cvref_t<Grid>, any_grid>)
        any_grid(Grid grid)  // NOLINT(google-explicit-constructor): a grid is an any_grid
        : levels_(function(std::move(grid))),
          may_rise_(detail::may_rise<Grid>),
          restarts_(detail::restarts<Grid>) {}

    /// The n + 1 levels of an n-step run, noisiest first unless the grid may rise.
    /// Throws bad_argument where n < 1, or a level is noisier than the one before it or the same,
    /// unless the grid may rise.
    [[nodiscard]] std::vector<noise_level> levels(const process_view& process, int n) const {
        if (n < 1)
            throw bad_argument(
                detail::text("diffgen: a run of ", n, " steps; it needs at least 1"));
        std::vector<noise_level> l = levels_(process, n);
        if (l.size() < 2)
            throw bad_argument(detail::text("diffgen: a grid of ", l.size(),
                                            " levels; a step needs two, where it starts and ends"));
        for (std::size_t i = 0; i < l.size(); ++i)
            if (std::isnan(l[i].log_snr))
                throw bad_argument(detail::text("diffgen: level ", i, " of the grid, at t = ",
                                                l[i].t, ", has the log-SNR nan"));
        if (may_rise_) return l;
        if (l.front().is_clean())
            throw bad_argument(detail::text("diffgen: the grid starts at the clean end, t = ",
                                            l.front().t, ", where no noise is left to remove"));
        for (std::size_t i = 1; i < l.size(); ++i)
            if (!(l[i].log_snr >= l[i - 1].log_snr))
                throw bad_argument(detail::text(
                    "diffgen: noise must shrink along a grid, but sigma / alpha goes from ",
                    l[i - 1].sigma_over_alpha(), " to ", l[i].sigma_over_alpha(), " in step ",
                    i - 1, ", from t = ", l[i - 1].t, " to ", l[i].t));
        return l;
    }

    /// Throws bad_argument where the grid adds noise on its way, as grid::restarted does, and the
    /// solver would take the rise for a step of its own.
    template <class Solver>
    void check_solver() const {
        detail::require(!restarts_ || detail::restarts<Solver>,
                        "grid::restarted adds noise on its way, which this solver does not; use "
                        "solver::restart{method}");
    }

  private:
    template <class Grid>
    static auto function(Grid grid) {
        static_assert(
            time_grid<Grid>,
            "diffgen: a time grid has std::vector<noise_level> levels(const process_view& "
            "process, int steps) const");
        return [g = std::move(grid)](const process_view& p, int n) { return g.levels(p, n); };
    }

    std::function<std::vector<noise_level>(const process_view&, int)> levels_;
    bool may_rise_;
    bool restarts_;
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
