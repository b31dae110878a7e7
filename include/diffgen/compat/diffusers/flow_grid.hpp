// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The grids of FlowMatchEulerDiscreteScheduler and FlowMatchHeunDiscreteScheduler of diffusers
// (rectified flow, Liu et al. 2022; shifted time, Esser et al. 2024). For schedule::rectified and
// kernel::linear_interpolant.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/heun.hpp>
#include <diffgen/compat/diffusers/sigmas.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/process/process_view.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// A network is evaluated at each timestep, at the sigma of the same index; the run ends at the
/// sigma after the last.
struct flow_sigmas {
    static constexpr bool may_rise = true;  ///< 'invert_sigmas'
    std::vector<double> timesteps;
    std::vector<double> sigmas;

    [[nodiscard]] std::vector<noise_level> levels(const process_view&, int /*steps*/) const {
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

/// Throws bad_argument, with the key, where a value of a list lies outside 0 to `most`.
inline void require_inside(const char* key, const std::vector<double>& values, double most) {
    for (const double each : values)
        if (!(each >= 0 && each <= most))
            throw bad_argument(diffgen::detail::text("diffgen: '", key, "' has ", each,
                                                     ", not between 0 and ", most));
}

/// n falling sigmas between the ends of the training's, which are shifted where `shift` is fixed.
[[nodiscard]] inline std::vector<double> flow_ramp(const config& c, int n) {
    const double low = 1. / c.num_train_timesteps;
    const double last = c.use_dynamic_shifting ? low : shifted(low, c.shift);
    return along(n, [=](double u) { return 1 + product(u, last - 1); });
}

}  // namespace detail

/// The grid of FlowMatchEulerDiscreteScheduler: shifted (a fixed shift for the second time),
/// stretched to end at 'shift_terminal', placed as use_*_sigmas says, and inverted.
[[nodiscard]] inline flow_sigmas flow_grid(const config& c, const flow_call& call) {
    if (c.use_dynamic_shifting && !call.mu)
        throw bad_argument(
            "diffgen: 'use_dynamic_shifting' without the arguments 'mu' or 'image_seq_len'");
    if (!call.sigmas.empty() && !call.timesteps.empty() &&
        call.sigmas.size() != call.timesteps.size())
        throw bad_argument(diffgen::detail::text("diffgen: ", call.sigmas.size(), " 'sigmas' for ",
                                                 call.timesteps.size(), " 'timesteps'"));
    detail::require_inside("sigmas", call.sigmas, 1);
    detail::require_inside("timesteps", call.timesteps, c.num_train_timesteps);
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
        if (sigmas.back() == 1)
            throw bad_argument(
                "diffgen: 'shift_terminal' of a last sigma of 1, before which there "
                "is nothing to stretch");
        const double scale = (1 - sigmas.back()) / (1 - terminal);
        for (double& s : sigmas)
            s = 1 - (1 - s) / scale;
    }
    if (places_sigmas(c)) {
        sigmas = placed_sigmas(c, sigmas.front(), sigmas.back(), static_cast<int>(sigmas.size()));
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

/// The grid of LTXEulerAncestralRFScheduler: n steps, or the caller's sigmas, of which the last is
/// where the run ends. Throws bad_argument for a list of one.
[[nodiscard]] inline flow_sigmas ltx_grid(const config& c, int n, std::vector<double> sigmas) {
    if (sigmas.empty()) return flow_grid(c, {n, {}, {}, {}});
    detail::require_inside("sigmas", sigmas, 1);
    if (sigmas.size() < 2) throw bad_argument("diffgen: 'sigmas' has 1 entry; a step needs two");
    flow_sigmas grid{{sigmas.begin(), sigmas.end() - 1}, std::move(sigmas)};
    for (double& t : grid.timesteps)
        t *= c.num_train_timesteps;
    return grid;
}

/// The grid of FlowMatchHeunDiscreteScheduler, whose only option is 'shift'. A step is a call.
[[nodiscard]] inline flow_sigmas flow_heun_grid(const config& c, int n) {
    return detail::heun_calls(flow_grid(c, {n, {}, {}, {}}));
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
