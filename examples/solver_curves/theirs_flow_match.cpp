// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// FlowMatchEulerDiscreteScheduler, with and without fresh noise, and
// FlowMatchHeunDiscreteScheduler.

#include <diffgen/compat/diffusers/pipeline/flow_match.hpp>

#include "theirs.hpp"

namespace curves {

using namespace diffgen::compat::diffusers;

namespace {

void append(std::vector<candidate>& out, const std::vector<setting>& settings) {
    for (const auto& s : settings)
        out.push_back(
            diffusers_candidate(s, [](const auto& c, const auto& call, auto net, auto use) {
                return with_flow_match(c, call, net, use);
            }));
}

}  // namespace

void add_flow_match(std::vector<candidate>& ode, std::vector<candidate>& sde) {
    std::vector<change> shifts;
    for (const double shift : {0.5, 1., 1.5, 2., 3.})
        shifts.push_back({diffgen::detail::text("shift ", shift),
                          [shift](setting& s) { s.config.shift = shift; }});
    std::vector<change> placed = placements();
    placed.push_back({"", [](setting&) {}});
    const std::vector<setting> euler =
        each_with(each_with({{"", plain(scheduler::flow_match_euler_discrete)}}, shifts), placed);
    append(ode, euler);
    append(ode, each_with({{"", plain(scheduler::flow_match_heun_discrete)}}, shifts));
    append(sde, each_with(euler, {{"stochastic_sampling",
                                   [](setting& s) { s.config.stochastic_sampling = true; }}}));
}

}  // namespace curves
