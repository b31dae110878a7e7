// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finds the levels at which few steps of a sampler come closest to many:
//
//     auto found = fit_grid(exec::cpp, s, batch(x, 64), 10);
//     s.generate(exec::cpp, batch(y, 1000), {.grid = found.grid});

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/fit/combined.hpp>
#include <diffgen/fit/options.hpp>
#include <diffgen/fit/reference_runs.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

namespace fit {

/// A way to improve a grid: `error(samples, reference)`, and improve(reference_runs, n, fitted),
/// which may change the grid, error_after and finished.
template <class M>
concept method = std::copy_constructible<M> && requires(const M& m, const ends& x) {
    { m.error(x, x) } -> std::convertible_to<double>;
    { decltype(m.error)::fresh_noise } -> std::convertible_to<bool>;
};

namespace detail {

inline void check(const options& o, int n) {
    using diffgen::detail::require;
    require(o.candidates >= 1 && o.refine >= 1 && o.candidates <= (1 << 20) / o.refine,
            "a fit with ", o.candidates, " candidates, refined ", o.refine,
            " times; both must be 1 or more, their product 2^20 at most");
    require(n >= 1 && n <= o.candidates, "a fit of ", n, " steps among ", o.candidates,
            " candidates; must be 1 to as many");
    require(!o.starts.empty(), "a fit without a grid to start from; starts is empty");
}

/// Throws bad_argument unless r has n + 1 values that fall from `first` to `last`.
inline void check_start(std::size_t number, const std::vector<double>& r, int n, double first,
                        double last) {
    using diffgen::detail::require;
    require(r.size() == static_cast<std::size_t>(n) + 1, "starts[", number, "] of a fit of ", n,
            " steps has ", r.size(), " levels; it must have one more than steps");
    const auto same = [](double a, double b) {
        return a == b || std::abs(a - b) <= 1e-9 * (std::abs(a) + std::abs(b));
    };
    require(same(r.front(), first) && same(r.back(), last), "starts[", number,
            "] of a fit goes from ", r.front(), " to ", r.back(),
            " (sigma / alpha), and the reference from ", first, " to ", last,
            "; their ends must be the same");
    for (std::size_t k = 1; k < r.size(); ++k)
        require(r[k] < r[k - 1], "starts[", number, "] of a fit goes from ", r[k - 1], " to ", r[k],
                " (sigma / alpha) in step ", k - 1, "; it must fall");
}

}  // namespace detail
}  // namespace fit

/// n steps for this sampler, its network and solver, by the method (fit::trajectory, fit::descent
/// or fit::combined): the grid whose samples differ least from those of a fine reference run with
/// the same noise at the start. x, any state, is the batch that all runs use; it is overwritten.
/// The same bits on every host back end. Throws bad_argument, also for a solver that draws noise
/// where the method's error compares samples one by one; and whatever runs throw.
template <class Exec, class Sampler, class X, class Method = fit::combined>
[[nodiscard]] fit::fitted fit_grid(const Exec& e, Sampler& s, X&& x, int n, const Method& m = {},
                                   const fit::options& o = {}) {
    static_assert(state<X>,
                  "diffgen: this is not a state; use batch(x, samples) for contiguous "
                  "memory, or include the container's adapter from diffgen/adapt");
    static_assert(
        fit::method<Method>,
        "diffgen: a method of fitting has an `error` and improve(reference_runs, n, fitted)");
    detail::check(m);
    fit::detail::check(o, n);
    const auto view = state_traits<std::remove_cvref_t<X>>::view(x);
    using T = typename decltype(view)::value_type;
    fit::reference_runs<Exec, Sampler, T> reference_runs(e, s, view, o);
    const double first = reference_runs.candidates().front().sigma_over_alpha(),
                 last = reference_runs.candidates().back().sigma_over_alpha();
    fit::fitted f{grid::sigmas(std::vector<double>{})};
    f.error_after = detail::infinity;
    for (std::size_t i = 0; i < o.starts.size(); ++i) {
        auto r = reference_runs.ratios(o.starts[i], n);
        fit::detail::check_start(i, r, n, first, last);
        if (i == 0 && !decltype(m.error)::fresh_noise)
            detail::require(
                !reference_runs.draws_noise(r),
                "a fit that compares samples one by one, of a solver that draws noise; use "
                "noise::brownian, whose path does not depend on the steps, "
                "fit::descent<fit::energy_distance>, or a solver that draws none");
        const double error = reference_runs.error(m.error, r);
        if (!f.grid.values.empty() && !(error < f.error_after)) continue;
        f.grid.values = std::move(r);
        f.error_after = error;
    }
    f.error_before = f.error_after;
    f.finished = reference_runs.go_on(f.error_after);
    if (f.finished) m.improve(reference_runs, n, f);
    f.evaluations = reference_runs.evaluations();
    return f;
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
