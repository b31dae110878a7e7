// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// SEEDS-1, 2, 3 (Gonzalez et al. 2023): single-step exponential Runge-Kutta methods for the reverse
// SDE, whose inner evaluations see the same noise path as the step. SEEDS-2 has the weights that
// the integral demands, as exponential_single<2>; the paper's takes the value in the middle for all
// of the step, which differs at the third order of it. For basis::denoised, eta of others is tau^2.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/solver/exponential_single.hpp>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// exponential_single<Order> with the noise of each piece of the step added exactly, to the inner
/// argument and, carried on by the linear part of the SDE, to the end.
/// Order of the mean: Order; of the variance: 1 (Order = 1), else 2; strong order 1. Evaluations a
/// step: Order; 1 on the step to the clean end. Noise: 1 draw an evaluation where tau > 0, none on
/// the step to the clean end. Converges to the probability flow (tau = 0) or the reverse SDE of
/// that tau.
template <int Order, class Basis = basis::denoised>
struct seeds {
    using method = exponential_single<Order, Basis>;
    static constexpr int registers = method::registers;
    static constexpr int rows = method::rows + (Order > 1 ? 1 : 0);
    static constexpr int draws = 1;

    double tau = 1;

    void check() const {
        diffgen::detail::require(
            diffgen::detail::is_not_negative(tau), "seeds with tau = ", tau,
            "; must be 0 (the probability flow) or more: 1 is the reverse SDE");
    }

    [[nodiscard]] static int stages(const step& s) { return method::stages(s); }

    [[nodiscard]] stage plan(const step& s, int j) const {
        const auto form = basis::with_tau<Basis>(tau);
        const method mean{};
        stage out = mean.plan(s, j, 1, false, form);
        if (s.is_infinite() || !(tau > 0)) return out;
        const bool last = j + 1 == Order;
        const noise_level next = last ? s.to() : mean.plan(s, j + 1).level;
        const linear_form fresh = form.noise_scale(out.level, next) * symbol::z;
        out.draws = 1;
        out.noise_interval = {out.level.log_snr, next.log_snr};
        // the row of the end, or of the next argument, is the first
        out.updates[0].form += fresh;
        // from the start on, the linear part leads x to what it is at `next` with its noise
        if (!last) out.write(0, symbol::x + fresh / form.transition(s.from(), next));
        return out;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
