// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// DEISMultistepScheduler, UniPCMultistepScheduler and SASolverScheduler.

#include <diffgen/compat/diffusers/pipeline/adams.hpp>

#include "theirs.hpp"

namespace curves {

using namespace diffgen::compat::diffusers;

namespace {

constexpr auto adams = [](const auto&... arguments) { return with_adams(arguments...); };

/// Orders 1 to 3, with and without lower ones at the end.
std::vector<change> orders() {
    std::vector<change> all;
    for (int order = 1; order <= 3; ++order)
        for (const bool lowers : {true, false}) {
            if (order == 1 && !lowers) continue;
            all.push_back({diffgen::detail::text("order ", order,
                                                 lowers ? "" : ", lower_order_final = false"),
                           [order, lowers](setting& s) {
                               s.config.solver_order = order;
                               s.config.predictor_order = s.config.corrector_order = order;
                               s.config.lower_order_final = lowers;
                           }});
        }
    return all;
}

/// UniPC takes bounds for its placed sigmas.
std::vector<change> unipc_grids() {
    auto all = lambda_grids(scheduler::unipc_multistep);
    const auto bounded = bounded_placements();
    all.insert(all.end(), bounded.begin(), bounded.end());
    return all;
}

/// Every form of UniPC: of both kinds, of the data or of the noise, with both ends, with and
/// without the first correction.
std::vector<change> unipc_forms() {
    std::vector<change> all;
    for (const auto kind : {solver_type::bh1, solver_type::bh2})
        for (const bool data : {true, false})
            for (const auto end : {final_sigmas_type::zero, final_sigmas_type::sigma_min})
                for (const bool corrects : {true, false})
                    all.push_back({diffgen::detail::text(
                                       name(kind), data ? "" : ", of the noise",
                                       end == final_sigmas_type::zero ? "" : ", ends at sigma_min",
                                       corrects ? "" : ", disable_corrector = [0]"),
                                   [=](setting& s) {
                                       s.config.solver_type = kind;
                                       s.config.predict_x0 = data;
                                       s.config.final_sigmas_type = end;
                                       if (!corrects) s.config.disable_corrector = {0};
                                   }});
    return all;
}

}  // namespace

void add_adams(std::vector<candidate>& ode, std::vector<candidate>& sde) {
    const auto all_of = [](scheduler s) { return std::vector<setting>{{"", plain(s)}}; };
    append(ode,
           each_with(each_with(all_of(scheduler::deis_multistep),
                               lambda_grids(scheduler::deis_multistep)),
                     orders()),
           adams);
    append(
        ode,
        each_with(each_with(each_with(all_of(scheduler::unipc_multistep), unipc_grids()), orders()),
                  unipc_forms()),
        adams);
    append(sde,
           each_with(each_with(all_of(scheduler::sa_solver), lambda_grids(scheduler::sa_solver)),
                     orders()),
           adams);
}

}  // namespace curves
