// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The reverse process of Gaussian data, solved exactly, how far a solver's moments end from it, and
// at which order that distance falls.

#include <diffgen/grid/uniform.hpp>
#include <diffgen/process/process_view.hpp>

#include "affine_moments.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <utility>

namespace testing {

using namespace diffgen;

inline const moments data{0.7, 0.3};

/// Where the reverse SDE with eta times its noise, dx = [f x - (1 + eta^2) / 2 g^2 score] dt + eta
/// g dw, leads from moments at level s to level t. Of a deviation from the marginal it leaves phi:
/// sqrt(V_t / V_s) for the flow (eta = 0), cov(x_t, x_s) / V_s for the posterior of x_t (eta = 1),
/// and, the exponent being linear in eta^2, their product of powers between.
inline moments exact_end(const noise_level& s, const noise_level& t, double eta,
                         const moments& start) {
    const moments at_s = marginal(data, s), at_t = marginal(data, t);
    const double flow = std::sqrt(at_t.variance / at_s.variance);
    const double bayes = s.alpha / t.alpha * at_t.variance / at_s.variance;
    const double phi = std::pow(flow, 1 - eta * eta) * std::pow(bayes, eta * eta);
    return {at_t.mean + phi * (start.mean - at_s.mean),
            at_t.variance + phi * phi * (start.variance - at_s.variance)};
}

/// Distance of the end of an n-step run from the solution; started off the marginal, so that the
/// mean is put to the test too.
template <class Solver>
moments error(const process_view& p, double stop, const Solver& s, double eta, int n) {
    const auto levels = grid::uniform{.stop_at = stop}.levels(p, n);
    moments start = marginal(data, levels.front());
    start.mean += 1.5;
    start.variance *= 2;
    const moments got = run_moments(p, s, levels, data, start);
    const moments exact = exact_end(levels.front(), levels.back(), eta, start);
    return {std::fabs(got.mean - exact.mean), std::fabs(got.variance - exact.variance)};
}

/// Orders of a solver's moments. `exact`: the moment is right in steps of any size.
struct weak_orders {
    static constexpr int exact = 0;

    int mean, variance;
    bool at_least = false;  ///< they may be higher, or the error rounding
};

/// Doubles the steps from n on, `doublings` times, and measures to 0.1 the order of the error.
template <class Solver>
void check_weak_order(const process_view& p, double stop, const Solver& s, double eta, int n,
                      int doublings, const weak_orders& orders) {
    constexpr double rounding = 1e-12;
    moments before = error(p, stop, s, eta, n);
    for (int doubling = 1; doubling <= doublings; ++doubling) {
        const moments now = error(p, stop, s, eta, n << doubling);
        for (const auto& [moment, order] : {std::pair{&moments::mean, orders.mean},
                                            std::pair{&moments::variance, orders.variance}}) {
            const double error_now = now.*moment, measured = std::log2(before.*moment / error_now);
            CAPTURE(error_now);
            if (order == weak_orders::exact || (orders.at_least && error_now < rounding)) {
                CHECK(error_now < rounding);
                continue;
            }
            CHECK(measured >= order - 0.1);
            if (!orders.at_least) CHECK(measured <= order + 0.1);
        }
        before = now;
    }
}

}  // namespace testing
