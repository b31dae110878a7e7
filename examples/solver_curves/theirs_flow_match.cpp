// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// FlowMatchEulerDiscreteScheduler, with and without fresh noise, and
// FlowMatchHeunDiscreteScheduler.

#include <diffgen/compat/diffusers/pipeline/flow_match.hpp>

#include "knobs.hpp"
#include "theirs.hpp"

namespace curves {

using namespace diffgen::compat::diffusers;

namespace {

constexpr auto flow_match = [](const auto&... arguments) { return with_flow_match(arguments...); };

}  // namespace

void add_flow_match(std::vector<candidate>& ode, std::vector<candidate>& sde) {
    std::vector<change> shifts;
    for (const double shift : knobs::shifts)
        shifts.push_back({diffgen::detail::text("shift ", shift),
                          [shift](setting& s) { s.config.shift = shift; }});
    std::vector<change> placed = placements();
    placed.push_back({"", [](setting&) {}});
    const std::vector<setting> euler =
        each_with(each_with({{"", plain(scheduler::flow_match_euler_discrete)}}, shifts), placed);
    append(ode, euler, flow_match);
    append(ode, each_with({{"", plain(scheduler::flow_match_heun_discrete)}}, shifts), flow_match);
    append(sde,
           each_with(euler, {{"stochastic_sampling",
                              [](setting& s) { s.config.stochastic_sampling = true; }}}),
           flow_match);
}

}  // namespace curves
