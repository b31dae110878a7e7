// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// EulerDiscreteScheduler, HeunDiscreteScheduler, KDPM2DiscreteScheduler, LMSDiscreteScheduler,
// EDMEulerScheduler; with fresh noise EulerAncestralDiscreteScheduler and
// KDPM2AncestralDiscreteScheduler.

#include <diffgen/compat/diffusers/pipeline/exploding.hpp>

#include "theirs.hpp"

namespace curves {

using namespace diffgen::compat::diffusers;

namespace {

constexpr auto exploding = [](const auto&... arguments) { return with_exploding(arguments...); };

/// Spacings, and placed levels between the ends of each of them.
std::vector<setting> on_grids(scheduler s) {
    std::vector<change> with_none = placements();
    with_none.push_back({"", [](setting&) {}});
    return each_with(each_with({{"", plain(s)}}, spacings()), with_none);
}

}  // namespace

void add_exploding(std::vector<candidate>& ode, std::vector<candidate>& sde) {
    for (const auto s :
         {scheduler::euler_discrete, scheduler::heun_discrete, scheduler::kdpm2_discrete})
        append(ode, on_grids(s), exploding);
    append(
        ode,
        each_with(
            each_with({{"", plain(scheduler::euler_discrete)}}, spacings()),
            {{"log_linear",
              [](setting& s) { s.config.interpolation_type = interpolation_type::log_linear; }}}),
        exploding);
    std::vector<change> orders;
    for (int order = 1; order <= 4; ++order)
        orders.push_back({diffgen::detail::text("order ", order),
                          [order](setting& s) { s.call.order = order; }});
    append(ode, each_with(on_grids(scheduler::lms_discrete), orders), exploding);
    append(ode, each_with({{"", plain(scheduler::euler_discrete)}}, bounded_placements()),
           exploding);
    append(ode, each_with({{"", plain(scheduler::edm_euler)}}, preconditioned_grids()), exploding);
    append(sde, each_with({{"", plain(scheduler::euler_ancestral_discrete)}}, spacings()),
           exploding);
    append(sde, on_grids(scheduler::kdpm2_ancestral_discrete), exploding);
}

}  // namespace curves
