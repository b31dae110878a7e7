// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// SASolverScheduler of diffusers (Xue et al. 2023).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/dpm_update.hpp>
#include <diffgen/compat/diffusers/lambda_levels.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/exponential.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// Adams' methods for the reverse SDE with noise of strength tau: 1 at timesteps from 200 to 800, 0
/// elsewhere. For the data, order 2 has weights of its own.
/// Evaluations a step: 1. Noise: 1 draw, also where tau is 0.
class sa_solver {
  public:
    static constexpr int registers =
        5;  ///< the state, three values, what the corrector starts from
    static constexpr int rows = 3;
    static constexpr int draws = 1;

    /// Throws compat::unsupported for orders above 4, and thresholding in 'noise_prediction'.
    explicit sa_solver(const config& c)
        : predictor_(c.predictor_order),
          corrector_(c.corrector_order),
          by_noise_(predicts_noise(c.algorithm_type)),
          lower_order_final_(c.lower_order_final) {
        for (const int order : {predictor_, corrector_})
            if (order < 1 || order > solver::max_nodes)
                throw unsupported(diffgen::detail::text("diffgen: 'predictor_order' is ",
                                                        predictor_, " and 'corrector_order' is ",
                                                        corrector_, ", not 1 to 4"));
        if ((c.algorithm_type != algorithm_type::data_prediction &&
             c.algorithm_type != algorithm_type::noise_prediction) ||
            (by_noise_ && c.thresholding))
            throw unsupported(diffgen::detail::text("diffgen: 'algorithm_type' is '",
                                                    name(c.algorithm_type),
                                                    "' with 'thresholding' = ", c.thresholding));
    }

    [[nodiscard]] bool noise_prediction() const { return by_noise_; }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level &from = s.from(), &to = s.to();
        const int i = s.index;
        const linear_form value = by_noise_ ? eps(from) : D;
        const linear_form start =
            s.remembered() > 0
                ? reg(carried) + integral(s, i - 1, i, corrector_order(s, i - 1), value)
                : x;
        const double h = lambda(to) - lambda(from), t = tau(from);
        const linear_form carry = by_noise_ ? to.alpha / from.alpha * start +
                                                  t * to.sigma * std::sqrt(std::expm1(2 * h)) * z
                                            : std::exp(-t * h) * to.sigma / from.sigma * start +
                                                  to.sigma * std::sqrt(-std::expm1(-2 * t * h)) * z;
        stage out = evaluation_stage(from);
        out.draws = 1;
        out.write(0, carry + integral(s, i, i, predictor_order(s, i), value));
        return out.write(carried, carry).write(slot(i), value);
    }

  private:
    static constexpr int carried = 4;

    [[nodiscard]] static int slot(int i) { return 1 + i % 3; }
    /// tau, and its square: it is 0 or 1.
    [[nodiscard]] static double tau(const noise_level& l) {
        return l.t >= 200 && l.t <= 800 ? 1. : 0.;
    }
    [[nodiscard]] int predictor_order(const step& s, int i) const {
        return std::min(lower_order_final_ ? std::min(predictor_, s.count() - i) : predictor_,
                        i - s.begin + 1);
    }
    [[nodiscard]] int corrector_order(const step& s, int i) const {
        return std::min(lower_order_final_ ? std::min(corrector_, s.count() - i + 1) : corrector_,
                        i - s.begin + 2);
    }

    /// The integral over the step from level i to the next of the polynomial through the values at
    /// the levels newest, newest - 1, ...; `value` is the one at the step's level.
    [[nodiscard]] linear_form integral(const step& s, int i, int newest, int order,
                                       linear_form value) const {
        const noise_level &from = s.level(i), &to = s.level(i + 1);
        const double h = lambda(to) - lambda(from), k = 1 + tau(from);
        if (h == 0) return {};
        std::array<double, solver::max_nodes> nodes{};
        for (int j = 0; j < order; ++j)
            nodes[static_cast<std::size_t>(j)] = lambda(s.level(newest - j)) - lambda(from);
        auto w = solver::exponential_weights(by_noise_ ? -1 : k, h, nodes, order);
        if (!by_noise_ && order == 2) {
            const double moment = (product(h, k) + std::expm1(-k * h)) / (k * k);
            // the peer divides the corrector's by a distance of h, the predictor's by the last step
            const double added = newest == i ? (product(h, h) / 2 - moment) / (nodes[0] - nodes[1])
                                             : h / 2 - moment / h;
            w[0] += added;
            w[1] -= added;
        }
        linear_form sum;
        for (int j = 0; j < order; ++j)
            sum += w[static_cast<std::size_t>(j)] *
                   (newest - j == s.index ? value : symbol::reg(slot(newest - j)));
        return (by_noise_ ? -k * to.sigma : k * to.alpha) * sum;
    }

    int predictor_, corrector_;
    bool by_noise_, lower_order_final_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
