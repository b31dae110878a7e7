// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The grids of the solvers of diffusers that work in lambda = log(alpha / sigma): DPM-Solver,
// UniPC, DEIS and SA-Solver, whose timesteps are whole numbers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/at_levels.hpp>
#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/config_kernel.hpp>
#include <diffgen/compat/diffusers/sigmas.hpp>
#include <diffgen/compat/diffusers/straight_sigmas.hpp>
#include <diffgen/compat/diffusers/whole_timesteps.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// What a caller of diffusers' set_timesteps can say beside the number of steps.
struct placement {
    std::vector<double> timesteps{};  ///< the timesteps themselves
    std::vector<double> sigmas{};     ///< UniPC with 'use_flow_sigmas': before they are shifted
    std::optional<double> mu{};       ///< with 'use_dynamic_shifting': instead of 'flow_shift'
};

namespace detail {

/// Of two equal levels the divided differences of these solvers are 0 / 0.
inline void require_falling(const config& c, const std::vector<double>& timesteps,
                            const std::vector<double>& sigmas) {
    for (std::size_t i = 1; i < sigmas.size(); ++i)
        if (!(sigmas[i] < sigmas[i - 1]))
            throw bad_argument(diffgen::detail::text(
                "diffgen: 'num_inference_steps' = ", sigmas.size(), " with ", c.num_train_timesteps,
                " 'num_train_timesteps', 'timestep_spacing' = '", name(c.timestep_spacing),
                "' and 'steps_offset' = ", c.steps_offset,
                ": the noise does not fall from timestep ", timesteps[i - 1], " to timestep ",
                timesteps[i], ", and the peer's result is NaN; take fewer steps"));
}

}  // namespace detail

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
    // DPMSolverSinglestepScheduler only counts timesteps that a straight path overrules
    const bool overruled = straight && c.scheduler == scheduler::dpm_solver_singlestep;
    if ((!own && !overruled && !where.timesteps.empty()) ||
        (!(unipc && straight) && !where.sigmas.empty()))
        throw unsupported(diffgen::detail::text(
            "diffgen: the argument '", where.timesteps.empty() ? "sigmas" : "timesteps",
            "' beside a configuration of ", name(c.scheduler), " that places its own"));

    std::vector<double> t, sigmas;
    if (own) {
        for (const double each : where.timesteps)
            t.push_back(std::trunc(each));
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
    detail::require_falling(c, t, sigmas);
    const bool stays = c.scheduler == scheduler::deis_multistep ||
                       c.scheduler == scheduler::sa_solver;  // these have no 'final_sigmas_type'
    const double least = (stays || unipc) && !own ? sigmas.back() : table.front();
    at_levels out;
    for (std::size_t i = 0; i < sigmas.size(); ++i)
        out.values.push_back(kernel.of_sigma(sigmas[i], t[i]));
    out.values.push_back(kernel.of_sigma(stays ? least : final_sigma(c, least), 0));
    return out;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
