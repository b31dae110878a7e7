// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// sample_dpm_adaptive of k-diffusion: DPM-Solver-12 and -23 (Lu et al. 2022a, appendix C) under a
// controller of its own, with noise added back after every step that is taken.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/k_diffusion/ancestral.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/controlled_path.hpp>
#include <diffgen/solver/exponential_single.hpp>
#include <diffgen/solver/step_control.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::compat::k_diffusion {

/// From the first sigma of the grid to its last, which is above 0. The peer sums the error over the
/// batch, and takes one step for all of it; here every sample has its own, as a batch of one has it
/// there. Noise: 1 draw a step that is taken, whether or not it is used.
template <int Order = 3>
struct dpm_adaptive {
    static_assert(Order == 2 || Order == 3, "diffgen: sample_dpm_adaptive has order 2 or 3");
    /// The state; the next argument, then the new state; the noise estimate at the start; the
    /// solution of lower order, and that of the last step that was taken.
    static constexpr int registers = 5;
    static constexpr int rows = Order == 2 ? 3 : 2;
    static constexpr int draws = 1;
    using basis = solver::basis::noise;
    using judge = solver::error_in_larger_tolerance;
    using way = solver::controlled_path<basis>;
    struct memory : solver::step_memory {
        double size = 0;                   ///< of the next step, in log sigma
        std::array<double, 3> inverses{};  ///< of the errors, newest first
        bool fresh = true;                 ///< no error is known yet
    };

    double rtol = 0.05, atol = 0.0078, h_init = 0.05;
    double pcoeff = 0, icoeff = 1, dcoeff = 0;
    double accept_safety = 0.81;
    double eta = 0;
    double s_noise = 1;

    void check() const {
        solver::tolerance{.absolute = atol, .relative = rtol}.check();
        diffgen::detail::require(h_init != 0 && std::isfinite(h_init),
                                 "dpm_adaptive with h_init = ", h_init, "; must not be 0");
        diffgen::detail::require(diffgen::detail::is_not_negative(eta),
                                 "dpm_adaptive with eta = ", eta, "; must be 0 or more");
    }

    [[nodiscard]] static int stages(const step&) { return Order; }

    [[nodiscard]] stage plan(const step& s, int j) const {
        constexpr int next = 1, first = 2, low = 3, before = 4;
        const std::array<noise_level, 2> ends{s.from(), down(s)};
        const step inner{s.process, ends, 0};
        const bool known = way::retries(s);
        stage out = solver::exponential_single<Order, basis>{}.plan(inner, j, next, known);
        const linear_form euler = solver::exponential_single<1, basis>{}
                                      .plan(inner, 0, next, j > 0 || known)
                                      .updates[0]
                                      .form;
        // order 2 with its value at node r: half an expm1(h) where the integral has expm1(h) / h -
        // 1
        const auto second_order = [&](double r) {
            const double h = 0.5 * (ends[1].log_snr - ends[0].log_snr);
            return euler - ends[1].sigma / (2 * r) * std::expm1(h) *
                               (symbol::eps(out.level, next) - symbol::reg(first));
        };
        if (j + 2 == Order) out.write(low, Order == 2 ? euler : second_order(1. / 3));
        if (j + 1 < Order) return out;
        out.updates[0] = {next, Order == 2 ? second_order(1. / 2) : out.updates[0].form};
        return out.judge(out.updates[0].form - symbol::reg(low), symbol::reg(low), {atol, rtol, 1},
                         s.index > 0 ? before : 0);
    }

    [[nodiscard]] bool accepts(memory& m, const step&, int, const measurement& e) const {
        const double error = std::sqrt(e.sums[0] / static_cast<double>(e.elements));
        const double inverse = 1 / (error + 1e-8), k = eta > 0 ? 1.5 : Order;
        if (std::exchange(m.fresh, false)) m.inverses.fill(inverse);
        m.inverses[0] = inverse;
        const double factor = product(std::pow(m.inverses[0], (pcoeff + icoeff + dcoeff) / k) *
                                          std::pow(m.inverses[1], -(pcoeff + 2 * dcoeff) / k),
                                      std::pow(m.inverses[2], dcoeff / k));
        const double limited = 1 + std::atan(factor - 1);
        m.accepted = limited >= accept_safety;
        if (m.accepted) m.inverses = {inverse, inverse, m.inverses[1]};
        m.size = product(m.size, limited);
        return m.accepted;
    }
    [[nodiscard]] stage settle(const step& s, int, bool accepted) const {
        stage out = update_stage(s.to());
        if (!accepted) return s.index > 0 ? out : out.write(4, symbol::x);
        const double a = s.to().sigma_over_alpha(), b = down(s).sigma_over_alpha();
        const double up = std::sqrt(std::max((a - b) * (a + b), 0.));
        out.draws = 1;
        return out.write(0, symbol::reg(1) + s.to().alpha * s_noise * up * symbol::z)
            .write(4, symbol::reg(3));
    }
    void depart(memory& m, const process_view& p, std::span<const noise_level> grid) const {
        diffgen::detail::require(!grid.back().is_clean() && grid[0].alpha > 0,
                                 "dpm_adaptive on a grid with a sigma of 0 or infinity");
        const double start = basis::variable(grid[0]), end = basis::variable(grid.back());
        m.size = std::abs(h_init);
        const std::array<noise_level, 3> ends{
            grid[0], start + m.size < end ? p.level_of_log_snr(2 * (start + m.size)) : grid.back(),
            grid.back()};
        way::depart(m, ends);
    }
    static void proceed(memory& m, const process_view& p) {
        const grid_position tried = m.position();
        const noise_level to = tried.levels[static_cast<std::size_t>(tried.index) + 1];
        m.next = m.size;
        // the peer stops that near to the end
        if (m.accepted && basis::variable(to) >= basis::variable(m.last) - 1e-5)
            m.last = m.end = to;
        way::proceed(m, p);
    }
    [[nodiscard]] static grid_position position(const memory& m) { return m.position(); }

  private:
    /// Where the step leads before noise is added back.
    [[nodiscard]] noise_level down(const step& s) const {
        if (!(eta > 0)) return s.to();
        const double sigma =
            ancestral_step(s.from().sigma_over_alpha(), s.to().sigma_over_alpha(), eta).down;
        return s.process.level_of_log_snr(
            -2 * std::log(std::max(sigma, s.levels.back().sigma_over_alpha())));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::k_diffusion

#include <diffgen/core/with_macros.hpp>
