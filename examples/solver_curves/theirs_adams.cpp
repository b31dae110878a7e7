// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// DEISMultistepScheduler, UniPCMultistepScheduler and SASolverScheduler.

#include <diffgen/compat/diffusers/pipeline/adams.hpp>

#include "theirs.hpp"

namespace curves {

using namespace diffgen::compat::diffusers;

namespace {

constexpr auto adams = [](const auto&... arguments) { return with_adams(arguments...); };

std::vector<change> orders(int most) {
    std::vector<change> all;
    for (int order = 1; order <= most; ++order)
        all.push_back({diffgen::detail::text("order ", order), [order](setting& s) {
                           s.config.solver_order = order;
                           s.config.predictor_order = s.config.corrector_order = order;
                       }});
    return all;
}

const std::vector<change> lowering{
    {"", [](setting& s) { s.config.lower_order_final = true; }},
    {"lower_order_final = false", [](setting& s) { s.config.lower_order_final = false; }}};

/// UniPC takes bounds for its placed sigmas.
std::vector<change> unipc_grids() {
    auto all = lambda_grids(scheduler::unipc_multistep);
    for (const double high : {10., 20., 40., 80.})
        for (const auto& placed : placements())
            all.push_back(
                {diffgen::detail::text(placed.name, " from ", high), [placed, high](setting& s) {
                     placed.apply(s);
                     s.config.sigma_max = high;
                 }});
    return all;
}

}  // namespace

void add_adams(std::vector<candidate>& ode, std::vector<candidate>& sde) {
    const auto all_of = [](scheduler s) { return std::vector<setting>{{"", plain(s)}}; };
    append(ode,
           each_with(each_with(each_with(all_of(scheduler::deis_multistep),
                                         lambda_grids(scheduler::deis_multistep)),
                               orders(3)),
                     lowering),
           adams);
    const std::vector<change> forms{
        {"bh2", [](setting&) {}},
        {"bh2, of the noise", [](setting& s) { s.config.predict_x0 = false; }},
        {"bh1, ends at sigma_min",
         [](setting& s) {
             s.config.solver_type = solver_type::bh1;
             s.config.final_sigmas_type = final_sigmas_type::sigma_min;
         }},
        {"bh2, ends at sigma_min",
         [](setting& s) { s.config.final_sigmas_type = final_sigmas_type::sigma_min; }},
        {"bh2, of the noise, ends at sigma_min",
         [](setting& s) {
             s.config.predict_x0 = false;
             s.config.final_sigmas_type = final_sigmas_type::sigma_min;
         }},
        {"bh2, disable_corrector = [0]", [](setting& s) { s.config.disable_corrector = {0}; }}};
    append(
        ode,
        each_with(each_with(each_with(each_with(all_of(scheduler::unipc_multistep), unipc_grids()),
                                      orders(3)),
                            forms),
                  lowering),
        adams);
    append(sde,
           each_with(each_with(all_of(scheduler::sa_solver), lambda_grids(scheduler::sa_solver)),
                     orders(3)),
           adams);
}

}  // namespace curves
