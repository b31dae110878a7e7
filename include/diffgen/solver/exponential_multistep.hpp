// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Exponential Adams methods, predictor and corrector: DPM-Solver(++) multistep with its SDE forms
// (Lu et al. 2022b), DEIS in log sigma (Zhang and Chen 2023), UniPC (Zhao et al. 2023), SA-Solver
// (Xue et al. 2023) and, over sigma / alpha, LMS, in one recurrence with the weights that the
// integrals demand. Their names are in solver/names.hpp.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/solver/exponential.hpp>
#include <diffgen/solver/exponential_basis.hpp>
#include <diffgen/solver/exponential_single.hpp>
#include <diffgen/solver/history.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// How a multistep method gets its first values.
enum class start_up {
    matching,     ///< by singlestep methods, so that its order is the global one
    first_order,  ///< by lower orders, as is usual: one evaluation a step, global order 2 at most
};

/// Predictor: the polynomial through the last `Order` values. Corrector (Corrector > 0): once the
/// value at the new level is there, the step is taken again with it, through Corrector values, at
/// no further evaluation. Order: Order; with a corrector max(Order, Corrector) at least.
/// Evaluations a step: 1 (min(Order, 3) in the first Order - 1 steps by the matching start-up).
/// Noise: 1 draw where tau > 0 (weak order 1 with Order = 1, else 2; strong order 1). Converges to
/// the probability flow (tau = 0) or the reverse SDE of that tau.
template <int Order, int Corrector = 0, class Basis = basis::denoised>
struct exponential_multistep {
    static_assert(Order >= 1 && Order <= max_nodes && Corrector >= 0 && Corrector <= max_nodes,
                  "diffgen: multistep orders are 1 to 4, of a corrector 0 (none) to 4");
    static constexpr int order = Order;
    static constexpr int kept = std::max(Order, Corrector) - 1;  ///< values before this one
    /// The register of what the predictor's polynomial added in the last step: the corrector takes
    /// it back, from whatever the state has become.
    static constexpr int added = 1 + kept;
    static constexpr int first_extra = added + (Corrector > 0 ? 1 : 0);
    /// Order 3 is enough for a fourth: a few steps with a local error of order 4.
    using starter = exponential_single<std::min(Order, 3), Basis>;
    static constexpr int registers = first_extra + starter::extra;
    static constexpr int rows =
        std::max(1 + (kept > 0) + (Corrector > 0), starter::rows + (Order > 1 ? 1 : 0));
    static constexpr int draws = Basis::draws;
    static constexpr bool remembers_estimates =
        Corrector == 0 && std::is_base_of_v<basis::denoised, Basis>;

    double tau = Basis{}.tau;  ///< how much noise: 0 the probability flow, 1 the reverse SDE
    solver::start_up start_up = solver::start_up::matching;

    void check() const {
        diffgen::detail::require(
            tau >= 0 && std::isfinite(tau), "exponential_multistep with tau = ", tau,
            "; must be 0 (the probability flow) or more, and 1 is the reverse SDE");
        diffgen::detail::require(Basis::draws > 0 || tau == 0,
                                 "exponential_multistep with tau = ", tau,
                                 " over sigma / alpha (lms); it has no form with noise there");
    }

    [[nodiscard]] int stages(const step& s) const { return starts(s) ? starter::order : 1; }

    [[nodiscard]] stage plan(const step& s, int j) const {
        using namespace symbol;
        const auto &from = s.from(), &to = s.to();
        if (starts(s)) return start(s, j);
        if (to.is_clean()) return denoising_stage(s);
        stage out = evaluation_stage(from);
        if (from.alpha == 0 || to.alpha == 0) return out.write(0, state_at(to, eps(from)));
        const auto form = basis::with_tau<Basis>(tau);
        out.draws = tau > 0 ? 1 : 0;
        const linear_form value = Basis::value(from, 0);
        const linear_form corrected = Corrector > 0 && s.index > first(s) ? retaken(s, value) : x;
        linear_form carry = form.transition(from, to) * corrected;
        if (out.draws) carry += form.noise_scale(from, to) * z;
        const linear_form polynomial = integral(s, from, to, s.index, value, Order);
        out.write(0, carry + polynomial);
        if (kept > 0) out.write(values.slot(s.index), value);
        return Corrector > 0 ? out.write(added, polynomial) : out;
    }

  private:
    [[nodiscard]] bool starts(const step& s) const {
        return start_up == solver::start_up::matching && s.index - first(s) + 1 < Order &&
               !(tau > 0) && !s.is_infinite();
    }
    /// The first level with a value for the polynomials: pure noise has none.
    [[nodiscard]] static int first(const step& s) {
        return s.begin + (s.level(s.begin).alpha > 0 ? 0 : 1);
    }
    static constexpr history values{1, std::max(kept, 1)};

    /// gain int exp(rate ...) P over the step from -> to, P through the values at levels newest,
    /// newest - 1, ... (`value` being the newest), as many as there are up to `most`.
    [[nodiscard]] linear_form integral(const step& s, const noise_level& from,
                                       const noise_level& to, int newest, linear_form value,
                                       int most) const {
        const double start = Basis::variable(from), h = Basis::variable(to) - start;
        const int count = std::min(most, newest - first(s) + 1);
        const auto form = basis::with_tau<Basis>(tau);
        std::array<double, max_nodes> nodes{};
        for (int i = 0; i < count; ++i)
            nodes[static_cast<std::size_t>(i)] = Basis::variable(s.level(newest - i)) - start;
        const auto w = exponential_weights(form.rate(), h, nodes, count);
        linear_form sum = w[0] * value;
        for (int i = 1; i < count; ++i)
            sum += w[static_cast<std::size_t>(i)] * values.value(newest - i);
        return form.gain(to) * sum;
    }

    /// The state at the step's start, with the last step taken again.
    [[nodiscard]] linear_form retaken(const step& s, linear_form value) const {
        return symbol::x - symbol::reg(added) +
               integral(s, s.level(s.index - 1), s.from(), s.index, value, Corrector);
    }

    [[nodiscard]] stage start(const step& s, int j) const {
        stage out = starter{}.plan(s, j, first_extra);
        if (j == 0 && kept > 0) out.write(values.slot(s.index), Basis::value(s.from(), 0));
        if (j + 1 == starter::order && Corrector > 0) {
            const linear_form next =
                out.updates[0].form;  // of the state, by the starter's last row
            const double linear = basis::with_tau<Basis>(tau).transition(s.from(), s.to());
            out.write(added, next - linear * symbol::x);
        }
        return out;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
