// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The grids of the solvers of diffusers that work in lambda = log(alpha / sigma): DPM-Solver,
// UniPC, DEIS and SA-Solver, whose timesteps are whole numbers, and their EDM and cosine forms.

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/config_kernel.hpp>
#include <diffgen/compat/diffusers/sigmas.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/core/lanes.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace diffgen::compat::diffusers {

/// A network is evaluated at all of these levels but the last.
struct at_levels {
    static constexpr bool may_rise = true;  ///< the last can repeat the one before
    std::vector<noise_level> values;

    [[nodiscard]] std::vector<noise_level> levels(const any_process& /*p*/, int /*steps*/) const {
        return values;
    }
};

namespace detail {

/// The whole part of a timestep; what misses a whole number by a rounding is that number.
inline double truncated(double t) {
    return std::floor(t + 1e-9);
}

/// n whole timesteps of n + 1, the cleanest left out; none noisier than 'lambda_min_clipped'.
/// `trailing` can have more than n. Throws bad_argument.
inline std::vector<double> whole_timesteps(const config& c, const sigma_table& table, int n) {
    int last = c.num_train_timesteps;
    while (last > 0 && -std::log(table.at(last - 1)) < c.lambda_min_clipped)
        --last;
    const bool spaced = c.scheduler != scheduler::dpm_solver_singlestep;
    std::vector<double> t;
    if (spaced && c.timestep_spacing == timestep_spacing::leading) {
        for (int i = n; i > 0; --i)
            t.push_back(i * (last / (n + 1)) + c.steps_offset);
    } else if (spaced && c.timestep_spacing == timestep_spacing::trailing) {
        const double step = -static_cast<double>(c.num_train_timesteps) / n;
        const double difference = (last + step) - last;
        const int count = static_cast<int>(std::ceil(-last / step));
        for (int i = 0; i < count; ++i)
            t.push_back(rounded(last + product(static_cast<double>(i), difference)) - 1);
    } else {
        const double step = static_cast<double>(last - 1) / n;
        for (int i = n; i > 0; --i)
            t.push_back(i == n ? last - 1 : rounded(i * step));
    }
    return t;
}

/// n levels of a straight path, in the peer's own floating-point operations: timesteps are whole
/// parts of their multiples.
inline std::vector<double> straight_sigmas(const config& c, int n) {
    const double last = 1. / c.num_train_timesteps, step = (last - 1) / n;
    const auto point = [&](int i) {
        return i == n ? last : product(static_cast<double>(i), step) + 1;
    };
    std::vector<double> sigmas;
    for (int i = 0; i < n; ++i)
        sigmas.push_back(c.scheduler == scheduler::unipc_multistep ? point(i) : 1 - point(n - i));
    return sigmas;
}

/// The same shifted (Esser et al. 2024, eq. 23), and stretched to 'shift_terminal'.
inline std::vector<double> flow_sigmas(const config& c, std::vector<double> sigmas) {
    for (double& s : sigmas)
        s = product(c.flow_shift, s) / (1 + product(c.flow_shift - 1, s));
    if (c.scheduler != scheduler::unipc_multistep) return sigmas;
    if (c.shift_terminal && *c.shift_terminal != 0) {
        const double stretch = (1 - sigmas.back()) / (1 - *c.shift_terminal);
        for (double& s : sigmas)
            s = 1 - (1 - s) / stretch;
    }
    if (std::abs(sigmas[0] - 1) < 1e-6) sigmas[0] -= 1e-6;
    return sigmas;
}

}  // namespace detail

/// What a caller of diffusers' set_timesteps can say beside the number of steps.
struct placement {
    std::vector<double> timesteps{};  ///< the timesteps themselves
    std::vector<double> sigmas{};     ///< UniPC with 'use_flow_sigmas': before they are shifted
    std::optional<double> mu{};       ///< with 'use_dynamic_shifting': instead of 'flow_shift'
};

/// The configuration with its 'flow_shift' replaced by that of `mu`. Throws compat::unsupported.
[[nodiscard]] inline config shifted(config c, const std::optional<double>& mu) {
    const bool unipc = c.scheduler == scheduler::unipc_multistep;
    if (unipc && !c.use_dynamic_shifting) return c;
    const bool exponential = c.time_shift_type == time_shift_type::exponential;
    if (unipc ? !mu : mu && !(c.use_dynamic_shifting && exponential))
        throw unsupported(diffgen::detail::text("diffgen: 'use_dynamic_shifting' is ",
                                                c.use_dynamic_shifting, ", 'time_shift_type' is '",
                                                name(c.time_shift_type), "' and a mu is ",
                                                mu ? "given" : "missing"));
    if (mu) c.flow_shift = exponential ? std::exp(*mu) : *mu;
    return c;
}

/// The levels of DPM-Solver, UniPC, DEIS or SA-Solver: n of them and where the last step leads; n
/// does not count where the caller gives timesteps or sigmas.
/// Throws bad_argument, compat::unsupported.
[[nodiscard]] inline at_levels lambda_levels(const config& given, int n,
                                             const placement& where = {}) {
    const config c = shifted(given, where.mu);
    if (!where.sigmas.empty()) n = static_cast<int>(where.sigmas.size());
    if (!where.timesteps.empty()) n = static_cast<int>(where.timesteps.size());
    diffgen::detail::require(n >= 1, "a run of ", n, " steps; it needs at least 1");
    const sigma_table table(c);
    const config_kernel kernel(c);
    const bool multistep = c.scheduler == scheduler::dpm_solver_multistep;
    const bool unipc = c.scheduler == scheduler::unipc_multistep;
    const bool lu = c.use_lu_lambdas && !c.use_karras_sigmas;
    const bool placed = places_sigmas(c), straight = c.use_flow_sigmas && !placed && !lu;
    if (c.use_flow_sigmas && !straight && !(unipc && c.use_karras_sigmas))
        throw unsupported("diffgen: 'use_flow_sigmas' beside another placement of the sigmas");
    const bool own = !placed && !lu && !straight;
    if ((!own && !where.timesteps.empty()) || (!(unipc && straight) && !where.sigmas.empty()))
        throw unsupported(diffgen::detail::text(
            "diffgen: the argument '", where.timesteps.empty() ? "sigmas" : "timesteps",
            "' beside a configuration of ", name(c.scheduler), " that places its own"));

    std::vector<double> t = where.timesteps, sigmas;
    if (own) {
        if (t.empty()) t = detail::whole_timesteps(c, table, n);
        for (const double each : t)
            sigmas.push_back(table.at(each));
    } else {
        sigmas = lu ? exponential_sigmas(table.back(), table.front(), n)
                 : placed
                     ? placed_sigmas(c, table.back(), table.front(), n)
                     : detail::flow_sigmas(
                           c, where.sigmas.empty() ? detail::straight_sigmas(c, n) : where.sigmas);
        const bool cosine = c.beta_schedule == beta_schedule::squaredcos_cap_v2;
        const bool rounds = (c.use_karras_sigmas || lu) && !(multistep && cosine);
        for (double& s : sigmas) {
            if (placed && c.use_flow_sigmas) s /= s + 1;
            t.push_back(c.use_flow_sigmas
                            ? std::floor(product(s, static_cast<double>(c.num_train_timesteps)))
                        : rounds ? detail::rounded(table.timestep(s))
                                 : detail::truncated(table.timestep(s)));
        }
    }
    const bool stays = c.scheduler == scheduler::deis_multistep ||
                       c.scheduler == scheduler::sa_solver;  // these have no 'final_sigmas_type'
    const double least = (stays || unipc) && !own ? sigmas.back() : table.front();
    at_levels out;
    for (std::size_t i = 0; i < sigmas.size(); ++i)
        out.values.push_back(kernel.of_sigma(sigmas[i], t[i]));
    out.values.push_back(kernel.of_sigma(stays ? least : final_sigma(c, least), 0));
    return out;
}

/// The levels of EDMDPMSolverMultistepScheduler and CosineDPMSolverMultistepScheduler; what stands
/// for the timestep is the network's own function of sigma.
[[nodiscard]] inline at_levels preconditioned_levels(const config& c, int n) {
    diffgen::detail::require(n >= 1, "a run of ", n, " steps; it needs at least 1");
    const config_kernel kernel(c);
    const double high = c.sigma_max.value(), low = c.sigma_min.value();
    const bool edm = c.scheduler == scheduler::edm_dpm_solver_multistep;
    at_levels out;
    for (const double s : c.sigma_schedule == sigma_schedule::karras
                              ? karras_sigmas(high, low, n, c.rho)
                              : exponential_sigmas(n > 1 ? high : low, low, n))
        out.values.push_back(
            kernel.of_sigma(s, edm ? 0.25 * std::log(s) : std::atan(s) / 3.141592653589793 * 2));
    out.values.push_back(kernel.of_sigma(final_sigma(c, low), 0));
    return out;
}

}  // namespace diffgen::compat::diffusers
