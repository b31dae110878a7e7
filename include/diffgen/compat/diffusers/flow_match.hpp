// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The schedulers of diffusers for flow matching on the grids of flow_grid.hpp, for
// predicts(flow{}, net): FlowMatchEulerDiscreteScheduler, FlowMatchHeunDiscreteScheduler,
// FlowMatchLCMScheduler and LTXEulerAncestralRFScheduler.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/churn.hpp>
#include <diffgen/compat/diffusers/flow_grid.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The network predicts the slope. Also where a run begins at sigma = 0 (inverted), where no noise
/// can be told from D.
struct flow_euler {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 0;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] static stage plan(const step& s, int) {
        const double h = s.to().sigma - s.from().sigma;
        return evaluation_stage(s.from()).write(0, symbol::x + h * symbol::network);
    }
};

/// 'stochastic_sampling', FlowMatchLCMScheduler: the estimate, noised afresh. Noise: 1 draw, also
/// where sigma ends at 0.
struct flow_stochastic {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] static stage plan(const step& s, int) {
        stage out = evaluation_stage(s.from());
        out.draws = 1;
        return out.write(0, symbol::state_at(s.to(), symbol::z));
    }
};

/// LTXEulerAncestralRFScheduler: Euler's method past the next sigma, by eta, then noise back to it.
/// Noise: 1 draw but where eta or s_noise is 0, and in the step to sigma = 0.
struct flow_ancestral {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    double eta = 1;
    double s_noise = 1;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const double sigma = s.from().sigma, next = s.to().sigma;
        stage out = evaluation_stage(s.from());
        if (next < 1e-8) return out.write(0, x - sigma * network);
        const double down = next * (1 + product(next / sigma - 1, eta));
        const linear_form there = x + (down - sigma) * network;
        if (!(eta > 0 && s_noise > 0)) return out.write(0, there);
        constexpr double guard = 1e-12;  // the peer's
        const double kept = (1 - next) / (1 - down + guard);
        const double lost = product(down, 1 - next);
        const double variance =
            product(next, next) - product(lost, lost) / (product(1 - down, 1 - down) + guard);
        out.draws = 1;
        return out.write(0, kept * there + s_noise * std::sqrt(std::max(variance, 0.)) * z);
    }
};

/// FlowMatchHeunDiscreteScheduler: as `heun`, with the noise of a churn in the state that both
/// calls of a step start from. Noise: 1 draw where gamma > 0; that of the second call has no use.
struct flow_heun {
    static constexpr int registers = 3;  ///< the state, the first slope, the state before
    static constexpr int rows = 3;
    static constexpr int draws = 1;

    churn noise{};

    void check() const { noise.check(); }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const bool first = s.remembered() % 2 == 0;
        const double sigma = s.level(first ? s.index : s.index - 1).sigma;
        const double gamma = noise.gamma(sigma, s.count()), raised = product(sigma, gamma + 1);
        const double h = (first ? s.to() : s.from()).sigma - raised;
        stage out = evaluation_stage(s.from());
        out.draws = gamma > 0 ? 1 : 0;
        if (!first) return out.write(0, reg(2) + h * 0.5 * (reg(1) + network));
        const linear_form state = x + noise.added(sigma, raised) * z;
        const linear_form slope = sigma / raised * network;
        return out.write(0, state + h * slope).write(1, slope).write(2, state);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
