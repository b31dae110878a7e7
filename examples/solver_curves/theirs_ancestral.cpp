// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// DDIMScheduler, PNDMScheduler and IPNDMScheduler; with fresh noise DDPMScheduler and DDIM's eta.

#include <diffgen/compat/diffusers/pipeline/ancestral.hpp>
#include <diffgen/compat/diffusers/pipeline/pndm.hpp>

#include "theirs.hpp"

namespace curves {

using namespace diffgen::compat::diffusers;

namespace {

constexpr auto ancestral = [](const auto&... arguments) { return with_ancestral(arguments...); };
constexpr auto pndm = [](const auto&... arguments) { return with_pndm(arguments...); };

const std::vector<change> ends{
    {"", [](setting& s) { s.config.set_alpha_to_one = true; }},
    {"set_alpha_to_one = false", [](setting& s) { s.config.set_alpha_to_one = false; }}};

}  // namespace

void add_ancestral(std::vector<candidate>& ode, std::vector<candidate>& sde) {
    const auto spaced = [](scheduler s) { return each_with({{"", plain(s)}}, spacings()); };
    append(ode, each_with(spaced(scheduler::ddim), ends), ancestral);
    append(ode,
           each_with(each_with(spaced(scheduler::pndm), ends),
                     {{"", [](setting&) {}},
                      {"skip_prk_steps", [](setting& s) { s.config.skip_prk_steps = true; }}}),
           pndm);
    append(ode, {{"", plain(scheduler::ipndm)}}, pndm);
    append(sde,
           each_with(spaced(scheduler::ddim), {{"eta = 1", [](setting& s) { s.call.eta = 1; }}}),
           ancestral);
    append(sde,
           each_with(spaced(scheduler::ddpm),
                     {{"", [](setting&) {}},
                      {"fixed_large",
                       [](setting& s) { s.config.variance_type = variance_type::fixed_large; }}}),
           ancestral);
}

}  // namespace curves
