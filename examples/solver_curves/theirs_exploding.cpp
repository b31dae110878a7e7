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
    for (const auto& [high, low] : {std::pair{14.6146, 0.0292}, std::pair{157.41, 0.01}})
        append(ode,
               each_with({{"", plain(scheduler::edm_euler)}},
                         {{diffgen::detail::text("karras from ", high),
                           [high = high, low = low](setting& s) {
                               s.config.sigma_max = high;
                               s.config.sigma_min = low;
                               s.config.sigma_data = 1;  // whose network sees unit variance
                               s.config.prediction_type = prediction_type::v_prediction;
                           }}}),
               exploding);
    append(sde, each_with({{"", plain(scheduler::euler_ancestral_discrete)}}, spacings()),
           exploding);
    append(sde, on_grids(scheduler::kdpm2_ancestral_discrete), exploding);
}

}  // namespace curves
