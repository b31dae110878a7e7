// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One step of a run, from a time to a less noisy one: what a rule may ask of the corruption.
//
// A row has a number for every level of one element. `origins` are weights of its clean level, in
// proportion to p(x_0 | x_t elsewhere).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/discrete/corruption.hpp>
#include <diffgen/discrete/predicts.hpp>
#include <diffgen/discrete/square_matrix.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

/// Of a corruption that redraws: everything follows from what is kept.
template <redrawing C>
class redrawing_step {
  public:
    redrawing_step(const C& c, const moment& from, const moment& to)
        : from_(from), to_(to), corruption_(c), kept_in_step_(from.kept / to.kept) {}

    [[nodiscard]] const moment& from() const { return from_; }
    [[nodiscard]] const moment& to() const { return to_; }
    [[nodiscard]] const C& corruption() const { return corruption_; }
    [[nodiscard]] int states() const { return corruption_.states; }

    /// Whether an element that shows x must have it from the data: noise never shows it.
    [[nodiscard]] bool is_clean(int x) const {
        return from_.kept == 1 || corruption_.noise(x) == 0;
    }
    /// Data never show the mask.
    void exclude_noise(std::span<double> origins) const {
        if constexpr (requires { corruption_.mask; })
            origins[static_cast<std::size_t>(corruption_.mask)] = 0;
    }

    /// The probability that x_0 shows x at the noisier time.
    [[nodiscard]] double forward(int x0, int x) const {
        return (1 - from_.kept) * corruption_.noise(x) + (x0 == x ? from_.kept : 0);
    }
    /// The same that y at the less noisy time shows x at the noisier one.
    [[nodiscard]] double change(int y, int x) const {
        return (1 - kept_in_step_) * corruption_.noise(x) + (y == x ? kept_in_step_ : 0);
    }
    /// The rate from y to x != y, over the length of the step.
    [[nodiscard]] double rate(int, int x) const {
        return from_.rate * (from_.t - to_.t) * corruption_.noise(x);
    }

    /// From origins to the weights of the levels at the noisier or less noisy time, and back from
    /// the former.
    void at_from(std::span<double> row) const { redraw(row, from_.kept); }
    void at_to(std::span<double> row) const { redraw(row, to_.kept); }
    void without_noise(std::span<double> row) const { undo(row, from_.kept); }
    /// From the weights at the noisier time to those at the less noisy one.
    void earlier(std::span<double> row) const { undo(row, kept_in_step_); }

  private:
    [[nodiscard]] static double sum(std::span<const double> row) {
        double all = 0;
        for (const double v : row)
            all += v;
        return all;
    }
    void redraw(std::span<double> row, double kept) const {
        const double redrawn = (1 - kept) * sum(row);
        for (std::size_t y = 0; y < row.size(); ++y)
            row[y] = kept * row[y] + redrawn * corruption_.noise(static_cast<int>(y));
    }
    void undo(std::span<double> row, double kept) const {
        const double redrawn = (1 - kept) * sum(row);
        for (std::size_t y = 0; y < row.size(); ++y)
            row[y] = (row[y] - redrawn * corruption_.noise(static_cast<int>(y))) / kept;
    }

    moment from_, to_;
    C corruption_;
    double kept_in_step_;
};

/// Of any corruption, by matrices.
class matrix_step {
  public:
    /// forward: from the data to `from`; nearer: from the data to `to`; change: from `to` to
    /// `from`; rates: those of the step times its length, empty where there are none.
    matrix_step(const moment& from, const moment& to, square_matrix forward, square_matrix nearer,
                square_matrix change, square_matrix rates)
        : from_(from),
          to_(to),
          forward_(std::move(forward)),
          nearer_(std::move(nearer)),
          change_(std::move(change)),
          rates_(std::move(rates)) {}

    [[nodiscard]] const moment& from() const { return from_; }
    [[nodiscard]] const moment& to() const { return to_; }
    [[nodiscard]] int states() const { return forward_.states(); }
    [[nodiscard]] bool is_clean(int) const { return false; }
    void exclude_noise(std::span<double>) const {}
    [[nodiscard]] double forward(int x0, int x) const { return forward_(x0, x); }
    [[nodiscard]] double change(int y, int x) const { return change_(y, x); }
    [[nodiscard]] double rate(int y, int x) const { return rates_(y, x); }
    void at_from(std::span<double> row) const { multiply(row, forward_); }
    void at_to(std::span<double> row) const { multiply(row, nearer_); }
    void without_noise(std::span<double> row) const { divide(row, forward_); }
    void earlier(std::span<double> row) const { divide(row, change_); }

  private:
    static void multiply(std::span<double> row, const square_matrix& m) {
        const auto product = moved(row, m);
        std::copy(product.begin(), product.end(), row.begin());
    }
    static void divide(std::span<double> row, const square_matrix& m) {
        const auto solution = solved(row, m);
        std::copy(solution.begin(), solution.end(), row.begin());
    }

    moment from_, to_;
    square_matrix forward_, nearer_, change_, rates_;
};

/// The step of a run between two moments of a schedule.
template <redrawing C, noise_schedule S>
[[nodiscard]] redrawing_step<C> step_between(const C& c, const S&, const moment& from,
                                             const moment& to) {
    return {c, from, to};
}
template <noise_schedule S>
[[nodiscard]] matrix_step step_between(const rate_matrix& c, const S&, const moment& from,
                                       const moment& to) {
    diffgen::detail::require(std::isfinite(from.total), "a total noise of ", from.total,
                             " at t = ", from.t, "; a matrix of rates needs a finite one");
    return {from,
            to,
            c.transition(from.total),
            c.transition(to.total),
            c.transition(from.total - to.total),
            (from.rate * (from.t - to.t)) * c.matrix()};
}

/// The step of a discretised Gaussian, whose schedule has betas.
template <class S>
requires(requires(const S& s) { s.betas; }) [[nodiscard]] matrix_step
    step_between(const discretised_gaussian& c, const S& s, const moment& from, const moment& to) {
    const int first = s.index(to.t), last = s.index(from.t);
    square_matrix nearer = square_matrix::identity(c.states), change = nearer;
    for (int t = 1; t <= last; ++t) {
        const auto q = transition(c, s.betas[static_cast<std::size_t>(t - 1)]);
        square_matrix& part = t <= first ? nearer : change;
        part = part * q;
    }
    square_matrix forward = nearer * change;
    return {from, to, std::move(forward), std::move(nearer), std::move(change), {}};
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>
