// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// DEISMultistepScheduler of diffusers (Zhang and Chen 2023, log-rho).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/dpm_update.hpp>
#include <diffgen/compat/diffusers/lambda_levels.hpp>
#include <diffgen/solver/exponential.hpp>
#include <diffgen/solver/step.hpp>

#include <array>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// Adams' methods for the noise, which is a polynomial in log(sigma / alpha); of lower order in the
/// first steps and, where the configuration says so, in the last.
/// Evaluations a step: 1. Noise: none.
class deis {
  public:
    static constexpr int registers = 3;  ///< the state and the last two values
    static constexpr int rows = 2;
    static constexpr int draws = 0;

    /// Throws compat::unsupported for what diffusers refuses.
    explicit deis(const config& c)
        : order_(c.solver_order),
          lower_order_final_(c.lower_order_final),
          by_ratio_(c.prediction_type == prediction_type::flow_prediction && !c.use_flow_sigmas) {
        if (c.algorithm_type != algorithm_type::deis &&
            c.algorithm_type != algorithm_type::dpm_solver &&
            c.algorithm_type != algorithm_type::dpm_solver_pp)
            throw unsupported(diffgen::detail::text("diffgen: 'algorithm_type' is '",
                                                    name(c.algorithm_type),
                                                    "' in DEISMultistepScheduler"));
        diffgen::detail::require(order_ >= 1, "'solver_order' is ", order_, ", not 1 or more");
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level &from = s.from(), &to = s.to();
        const linear_form value =
            (x - from.alpha * D) / (by_ratio_ ? from.sigma_over_alpha() : from.sigma);
        const double h = lambda(to) - lambda(from);
        linear_form next = to.alpha / from.alpha * x;
        if (h != 0) {
            const int order = order_of(s);
            std::array<double, solver::max_nodes> nodes{};
            for (int i = 1; i < order; ++i)
                nodes[static_cast<std::size_t>(i)] = lambda(s.level(s.index - i)) - lambda(from);
            const auto w = solver::exponential_weights(-1, h, nodes, order);
            for (int i = 0; i < order; ++i)
                next += -to.sigma * w[static_cast<std::size_t>(i)] *
                        (i == 0 ? value : reg(slot(s.index - i)));
        }
        return evaluation_stage(from).write(0, next).write(slot(s.index), value);
    }

  private:
    [[nodiscard]] static int slot(int i) { return 1 + i % 2; }
    [[nodiscard]] int order_of(const step& s) const {
        const int left = s.count() - s.index;
        const bool lowers = lower_order_final_ && s.count() < 15;
        if (order_ == 1 || s.remembered() < 1 || (left == 1 && lowers)) return 1;
        return order_ == 2 || s.remembered() < 2 || (left == 2 && lowers) ? 2 : 3;
    }

    int order_;
    bool lower_order_final_;
    bool by_ratio_;  ///< the noise of a flow's velocity is taken in units of sigma / alpha
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
