// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// DPMSolverMultistepScheduler, DPMSolverSinglestepScheduler, EDMDPMSolverMultistepScheduler and
// CosineDPMSolverMultistepScheduler.

#include <diffgen/compat/diffusers/pipeline/dpm_solver.hpp>

#include "theirs.hpp"

namespace curves {

using namespace diffgen::compat::diffusers;

namespace {

const auto run = [](const auto& c, const auto& call, auto net, auto use) {
    return with_dpm_solver(c, call, net, use);
};

change algorithm(algorithm_type type) {
    return {std::string(name(type)), [type](setting& s) {
                s.config.algorithm_type = type;
                // these have no step to the data
                if (type == algorithm_type::dpm_solver || type == algorithm_type::sde_dpm_solver)
                    s.config.final_sigmas_type = final_sigmas_type::sigma_min;
            }};
}

/// Orders 1 to 3, both kinds, with and without lower ones at the end.
std::vector<change> orders() {
    std::vector<change> all;
    for (int order = 1; order <= 3; ++order)
        for (const auto kind : {solver_type::midpoint, solver_type::heun})
            for (const bool lowers : {true, false}) {
                if (order == 1 && (kind == solver_type::heun || !lowers)) continue;
                all.push_back({diffgen::detail::text("order ", order,
                                                     kind == solver_type::heun ? ", heun" : "",
                                                     lowers ? "" : ", lower_order_final = false"),
                               [=](setting& s) {
                                   s.config.solver_order = order;
                                   s.config.solver_type = kind;
                                   s.config.lower_order_final = lowers;
                               }});
            }
    return all;
}

const std::vector<change> ends{
    {"", [](setting&) {}},
    {"ends at sigma_min",
     [](setting& s) { s.config.final_sigmas_type = final_sigmas_type::sigma_min; }},
    {"ends at sigma_min, euler_at_final", [](setting& s) {
         s.config.final_sigmas_type = final_sigmas_type::sigma_min;
         s.config.euler_at_final = true;
     }}};

/// The levels of EDM between the ends of the schedule of Stable Diffusion or that of DDPM.
}  // namespace

void add_dpm_solver(std::vector<candidate>& ode, std::vector<candidate>& sde) {
    const std::vector<change> flows{algorithm(algorithm_type::dpm_solver_pp),
                                    algorithm(algorithm_type::dpm_solver)};
    for (const auto s : {scheduler::dpm_solver_multistep, scheduler::dpm_solver_singlestep}) {
        const auto on_grids = each_with({{"", plain(s)}}, lambda_grids(s));
        append(ode, each_with(each_with(each_with(on_grids, orders()), flows), ends), run);
        append(sde,
               each_with(each_with(on_grids, {orders()[0], orders()[1]}),
                         {algorithm(algorithm_type::sde_dpm_solver_pp)}),
               run);
    }
    const auto edm =
        each_with({{"", plain(scheduler::edm_dpm_solver_multistep)}}, preconditioned_grids());
    append(ode, each_with(each_with(edm, orders()), ends), run);
    append(sde,
           each_with(each_with(edm, {orders()[0], orders()[1]}),
                     {algorithm(algorithm_type::sde_dpm_solver_pp)}),
           run);
    append(sde,
           each_with(each_with({{"", plain(scheduler::cosine_dpm_solver_multistep)}},
                               preconditioned_grids()),
                     {orders()[0], orders()[1]}),
           run);
}

}  // namespace curves
