// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// FlowMatchEulerDiscreteScheduler and FlowMatchHeunDiscreteScheduler of diffusers (rectified flow,
// Liu et al. 2022; shifted time, Esser et al. 2024). For schedule::rectified,
// kernel::linear_interpolant and predicts(flow{}, net).

#include <diffgen/compat/diffusers/churn.hpp>
#include <diffgen/compat/diffusers/heun.hpp>
#include <diffgen/compat/diffusers/sigmas.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace diffgen::compat::diffusers {

/// A network is evaluated at each timestep, at the sigma of the same index; the run ends at the
/// sigma after the last.
struct flow_sigmas {
    static constexpr bool may_rise = true;  ///< 'invert_sigmas'
    std::vector<double> timesteps;
    std::vector<double> sigmas;

    [[nodiscard]] std::vector<noise_level> levels(const any_process&, int /*steps*/) const {
        std::vector<noise_level> l;
        for (std::size_t i = 0; i <= timesteps.size(); ++i) {
            const double t = i < timesteps.size() ? timesteps[i] : 0.;
            const double s = sigmas[i], inside = std::isnan(s) ? s : std::clamp(s, 0., 1.);
            l.push_back({t, 2 * (std::log1p(-inside) - std::log(inside)), 1 - s, s, t});
        }
        return l;
    }
};

/// The arguments of set_timesteps; empty lists are not given.
struct flow_call {
    int steps = 0;
    std::vector<double> sigmas{};
    std::vector<double> timesteps{};
    std::optional<double> mu{};  ///< of dynamic shifting
};

namespace detail {

/// sigma moved towards noise by the factor `shift` on sigma / (1 - sigma).
[[nodiscard]] inline double shifted(double sigma, double shift) {
    return shift * sigma / (1 + product(shift - 1, sigma));
}

/// n falling sigmas between the ends of the training's, which are shifted where `shift` is fixed.
[[nodiscard]] inline std::vector<double> flow_ramp(const config& c, int n) {
    if (n < 1) throw bad_argument(diffgen::detail::text("diffgen: ", n, " steps"));
    const double low = 1. / c.num_train_timesteps;
    const double last = c.use_dynamic_shifting ? low : shifted(low, c.shift);
    return along(n, [=](double u) { return 1 + product(u, last - 1); });
}

}  // namespace detail

/// The grid of FlowMatchEulerDiscreteScheduler: shifted (a fixed shift for the second time),
/// stretched to end at 'shift_terminal', placed as use_*_sigmas says, and inverted.
[[nodiscard]] inline flow_sigmas flow_grid(const config& c, const flow_call& call) {
    if (c.use_dynamic_shifting && !call.mu)
        throw bad_argument("diffgen: 'use_dynamic_shifting' without 'mu'");
    if (!call.sigmas.empty() && !call.timesteps.empty() &&
        call.sigmas.size() != call.timesteps.size())
        throw bad_argument(diffgen::detail::text("diffgen: ", call.sigmas.size(), " sigmas for ",
                                                 call.timesteps.size(), " timesteps"));
    std::vector<double> sigmas = call.sigmas;
    if (sigmas.empty())
        for (const double t : call.timesteps)
            sigmas.push_back(t / c.num_train_timesteps);
    if (sigmas.empty()) sigmas = detail::flow_ramp(c, call.steps);

    const double shift = !c.use_dynamic_shifting                             ? c.shift
                         : c.time_shift_type == time_shift_type::exponential ? std::exp(*call.mu)
                                                                             : *call.mu;
    for (double& s : sigmas)
        s = detail::shifted(s, shift);
    if (const double terminal = c.shift_terminal.value_or(0); terminal != 0) {
        const double scale = (1 - sigmas.back()) / (1 - terminal);
        for (double& s : sigmas)
            s = 1 - (1 - s) / scale;
    }
    if (places_sigmas(c)) {
        config unbounded = c;
        unbounded.sigma_min = unbounded.sigma_max = {};
        sigmas = placed_sigmas(unbounded, sigmas.front(), sigmas.back(),
                               static_cast<int>(sigmas.size()));
    }
    flow_sigmas grid{call.timesteps, sigmas};
    if (c.invert_sigmas)
        for (double& s : grid.sigmas)
            s = 1 - s;
    if (c.invert_sigmas || grid.timesteps.empty()) {
        grid.timesteps = grid.sigmas;
        for (double& t : grid.timesteps)
            t *= c.num_train_timesteps;
    }
    grid.sigmas.push_back(c.invert_sigmas ? 1. : 0.);
    return grid;
}

/// The grid of FlowMatchHeunDiscreteScheduler, whose only option is 'shift'. A step is a call.
[[nodiscard]] inline flow_sigmas flow_heun_grid(const config& c, int n) {
    config own;
    own.num_train_timesteps = c.num_train_timesteps;
    own.shift = c.shift;
    return detail::heun_calls(flow_grid(own, {n, {}, {}, {}}));
}

/// The network predicts the slope. Also where a run begins at sigma = 0 (inverted), where no noise
/// can be told from D.
struct flow_euler {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 0;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] static stage plan(const step& s, int) {
        const double h = s.to().sigma - s.from().sigma;
        return evaluate(s.from()).write(0, symbol::x + h * symbol::network);
    }
};

/// 'stochastic_sampling': the estimate, noised afresh. Noise: 1 draw, also where sigma ends at 0.
struct flow_stochastic {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] static stage plan(const step& s, int) {
        stage out = evaluate(s.from());
        out.draws = 1;
        return out.write(0, symbol::at_level(s.to(), symbol::z));
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
        const bool first = s.index % 2 == 0;
        const double sigma = s.level(first ? s.index : s.index - 1).sigma;
        const double gamma = noise.gamma(sigma, s.count()), raised = product(sigma, gamma + 1);
        const double h = (first ? s.to() : s.from()).sigma - raised;
        stage out = evaluate(s.from());
        out.draws = gamma > 0 ? 1 : 0;
        if (!first) return out.write(0, reg(2) + h * 0.5 * (reg(1) + network));
        const linear_form state = x + noise.added(sigma, raised) * z;
        const linear_form slope = sigma / raised * network;
        return out.write(0, state + h * slope).write(1, slope).write(2, state);
    }
};

}  // namespace diffgen::compat::diffusers
