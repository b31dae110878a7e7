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

const std::vector<change> orders{{"order 1", [](setting& s) { s.config.solver_order = 1; }},
                                 {"order 2", [](setting& s) { s.config.solver_order = 2; }},
                                 {"order 3", [](setting& s) { s.config.solver_order = 3; }},
                                 {"order 2, heun",
                                  [](setting& s) {
                                      s.config.solver_order = 2;
                                      s.config.solver_type = solver_type::heun;
                                  }},
                                 {"order 3, heun", [](setting& s) {
                                      s.config.solver_order = 3;
                                      s.config.solver_type = solver_type::heun;
                                  }}};

const std::vector<change> lowering{
    {"", [](setting& s) { s.config.lower_order_final = true; }},
    {"lower_order_final = false", [](setting& s) { s.config.lower_order_final = false; }}};

/// Where a run ends; the last entry is one of the algorithms that end at the data.
const std::vector<change> ends{
    {"", [](setting&) {}},
    {"ends at sigma_min",
     [](setting& s) { s.config.final_sigmas_type = final_sigmas_type::sigma_min; }},
    {"ends at sigma_min, euler_at_final", [](setting& s) {
         s.config.final_sigmas_type = final_sigmas_type::sigma_min;
         s.config.euler_at_final = true;
     }}};

/// The levels of EDM between the ends of the schedule of Stable Diffusion or that of DDPM.
std::vector<change> edm_grids() {
    std::vector<change> all;
    for (const auto kind : {sigma_schedule::karras, sigma_schedule::exponential})
        for (const auto& [high, low] : {std::pair{14.6146, 0.0292}, std::pair{157.41, 0.01}})
            all.push_back({diffgen::detail::text(name(kind), " from ", high),
                           [kind, high = high, low = low](setting& s) {
                               s.config.sigma_schedule = kind;
                               s.config.sigma_max = high;
                               s.config.sigma_min = low;
                               s.config.sigma_data = 1;  // whose network sees unit variance
                               s.config.prediction_type = prediction_type::v_prediction;
                           }});
    return all;
}

}  // namespace

void add_dpm_solver(std::vector<candidate>& ode, std::vector<candidate>& sde) {
    const std::vector<change> flows{algorithm(algorithm_type::dpm_solver_pp),
                                    algorithm(algorithm_type::dpm_solver)};
    for (const auto s : {scheduler::dpm_solver_multistep, scheduler::dpm_solver_singlestep}) {
        const auto on_grids = each_with({{"", plain(s)}}, lambda_grids(s));
        append(ode,
               each_with(each_with(each_with(each_with(on_grids, orders), flows), lowering), ends),
               run);
        append(sde,
               each_with(each_with(on_grids, {orders[0], orders[1]}),
                         {algorithm(algorithm_type::sde_dpm_solver_pp)}),
               run);
    }
    const auto edm = each_with({{"", plain(scheduler::edm_dpm_solver_multistep)}}, edm_grids());
    append(ode, each_with(each_with(each_with(edm, orders), lowering), ends), run);
    append(sde,
           each_with(each_with(edm, {orders[0], orders[1]}),
                     {algorithm(algorithm_type::sde_dpm_solver_pp)}),
           run);
    append(sde,
           each_with(each_with({{"", plain(scheduler::cosine_dpm_solver_multistep)}}, edm_grids()),
                     {orders[0], orders[1]}),
           run);
}

}  // namespace curves
