// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Flow and density in fixed steps of an explicit Runge-Kutta method (solver/tableau.hpp), which
// acts on samples and integrals together: what comes out is the density of the discrete flow to the
// method's order.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/density/flow_system.hpp>
#include <diffgen/solver/in_angle.hpp>
#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/tableau.hpp>

#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// Is told all rows, samples and integrals, at the beginning and after each step.
using flow_observer = std::function<void(const noise_level&, std::span<const double> rows)>;

/// `steps` steps of equal length in the variable, or between given levels, data first. Order: the
/// tableau's. Evaluations a step: the tableau's.
template <class Tableau = solver::tableau::rk4, class Variable = solver::in_angle>
struct fixed_steps {
    int steps = 50;
    std::vector<noise_level> levels{};  ///< where they are given, `steps` does not count
    Tableau tableau{};
    flow_observer observe{};

    void check() const {
        require(levels.empty() ? steps > 0 : levels.size() > 1, "a flow of ", steps,
                " fixed steps and ", levels.size(),
                " levels; there is 1 step or more, or 2 levels or more");
        diffgen::detail::check(tableau);
    }

    /// Brings the rows y (samples x, then integrals) from one level to the other.
    template <class System>
    void carry(System& system, std::vector<double>& y, const noise_level& from,
               const noise_level& to) const {
        const std::vector<noise_level> all = levels_between(system, from, to);
        if (observe) observe(all.front(), y);
        for (std::size_t i = 0; i + 1 < all.size(); ++i) {
            // Pure noise is at a finite place of alpha / sigma only.
            if (all[i].alpha > 0 && all[i + 1].alpha > 0)
                advance<Variable>(system, y, all[i], all[i + 1]);
            else
                advance<solver::in_signal>(system, y, all[i], all[i + 1]);
            if (observe) observe(all[i + 1], y);
        }
    }

  private:
    template <class System>
    [[nodiscard]] std::vector<noise_level> levels_between(const System& system,
                                                          const noise_level& from,
                                                          const noise_level& to) const {
        std::vector<noise_level> all = levels;
        const auto turned = [&] { return to.log_snr > from.log_snr; };
        if (all.empty()) {
            const double a = Variable::variable(from), b = Variable::variable(to);
            for (int i = 0; i <= steps; ++i)
                all.push_back(i == 0 ? from
                              : i == steps
                                  ? to
                                  : system.template level<Variable>(a + (b - a) * i / steps));
        } else if (turned()) {
            all.assign(levels.rbegin(), levels.rend());
        }
        return all;
    }

    template <class V, class System>
    void advance(System& system, std::vector<double>& y, const noise_level& from,
                 const noise_level& to) const {
        constexpr auto stages = static_cast<std::size_t>(Tableau::evaluations);
        const std::size_t width = system.width();
        std::vector<std::size_t> rows(y.size() / width);
        std::iota(rows.begin(), rows.end(), std::size_t{0});
        enter_coordinate<V>(y, width, system.elements(), from);
        const double v = V::variable(from), h = V::variable(to) - v;
        std::vector<std::vector<double>> k(stages, std::vector<double>(y.size()));
        std::vector<double> point;
        const auto move = [&](const auto& weights, std::size_t count, std::vector<double>& out) {
            for (std::size_t j = 0; j < count; ++j)
                if (weights[j] != 0)
                    for (std::size_t i = 0; i < out.size(); ++i)
                        out[i] += h * weights[j] * k[j][i];
        };
        for (std::size_t j = 0; j < stages; ++j) {
            const double c = tableau.c[j];
            const noise_level here = c == 0   ? from
                                     : c == 1 ? to
                                              : system.template level<V>(v + c * h);
            point = y;
            move(tableau.a[j], j, point);
            system.template slopes<V>(rows, point, {&here, 1}, k[j]);
        }
        move(tableau.b, stages, y);
        leave_coordinate<V>(y, width, system.elements(), to);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>
