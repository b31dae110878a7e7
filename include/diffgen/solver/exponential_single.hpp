// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Single-step exponential Runge-Kutta methods: DPM-Solver and DPM-Solver++ singlestep 1, 2, 3 (Lu
// et al. 2022a, algorithms 1 and 2; 2022b, algorithm 1), with the weights that the integrals
// demand.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/exponential.hpp>
#include <diffgen/solver/exponential_basis.hpp>
#include <diffgen/solver/step.hpp>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// Order: Order (without noise). Evaluations a step: Order; 1 on the step to the clean end, which
/// is the denoised estimate. Noise: none. Converges to the probability flow.
template <int Order, class Basis = basis::denoised>
struct exponential_single {
    static_assert(Order >= 1 && Order <= 3, "diffgen: singlestep orders are 1, 2 and 3");
    static constexpr int order = Order;
    static constexpr bool single_step = true;         ///< nothing is remembered from step to step
    static constexpr int extra = Order == 1 ? 0 : 2;  ///< registers beside the state
    static constexpr int registers = 1 + extra;
    static constexpr int rows = Order == 1 ? 1 : 2;
    static constexpr int draws = 0;

    /// Where in the step's variable the inner evaluations lie. For order 3 the last must be 2/3.
    double middle = Order == 3 ? 1. / 3 : 1. / 2;

    [[nodiscard]] static int stages(const step& s) { return s.is_infinite() ? 1 : Order; }

    [[nodiscard]] stage plan(const step& s, int j) const { return plan(s, j, 1); }

    /// The stage j, with the registers beside the state from `base` on: the argument of the next
    /// evaluation, then the value at the step's start. `known`: that value is there already. A form
    /// with tau has the mean of the reverse SDE, to which the caller adds the noise.
    [[nodiscard]] stage plan(const step& s, int j, int base, bool known = false,
                             const Basis& form = basis::with_tau<Basis>(0)) const {
        using namespace symbol;
        const auto &from = s.from(), &to = s.to();
        // without a finite length: to the data the denoised estimate, else DDIM's step
        if (s.is_infinite()) return evaluation_stage(from).write(0, state_at(to, eps(from)));
        const double start = Basis::variable(from), h = Basis::variable(to) - start;
        const double nodes[3] = {0, product(middle, h), product(2. / 3, h)};
        const auto at = [&](int i) { return i == 0 ? from : Basis::level(s, start + nodes[i]); };
        // the state at `there`, from the values at the start and at node `second`
        const auto advanced = [&](const noise_level& there, double length, linear_form v0,
                                  linear_form v, int second) {
            const auto w =
                exponential_weights(form.rate(), length, {0, nodes[second]}, second == 0 ? 1 : 2);
            return form.transition(from, there) * x +
                   form.gain(there) * (second == 0 ? w[0] * v : w[0] * v0 + w[1] * v);
        };
        const int input = j == 0 ? 0 : base;
        const noise_level here = at(j);
        known = known && j == 0;
        const linear_form value = known ? reg(base + 1) : Basis::value(here, input);
        stage out = known ? update_stage(here) : evaluation_stage(here, input);
        if (j + 1 == Order) return out.write(0, advanced(to, h, reg(base + 1), value, j));
        out.write(base, advanced(at(j + 1), nodes[j + 1], reg(base + 1), value, j));
        return j == 0 && !known ? out.write(base + 1, value) : out;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
