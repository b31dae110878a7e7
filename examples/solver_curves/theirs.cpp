// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The options that the schedulers of diffusers share.

#include "theirs.hpp"
#include "knobs.hpp"

namespace curves {

using namespace diffgen::compat::diffusers;

config plain(scheduler s) {
    config c = defaults_of(s);
    c.clip_sample = false;
    return c;
}

std::vector<setting> each_with(const std::vector<setting>& settings,
                               const std::vector<change>& changes) {
    std::vector<setting> all;
    for (const auto& s : settings)
        for (const auto& change : changes) {
            setting next = s;
            change.apply(next);
            if (!change.name.empty()) next.name += (next.name.empty() ? "" : ", ") + change.name;
            all.push_back(std::move(next));
        }
    return all;
}

std::vector<change> spacings() {
    std::vector<change> all;
    for (const auto spacing :
         {timestep_spacing::leading, timestep_spacing::trailing, timestep_spacing::linspace})
        all.push_back({std::string(name(spacing)),
                       [spacing](setting& s) { s.config.timestep_spacing = spacing; }});
    all.push_back({"leading + 1", [](setting& s) {
                       s.config.timestep_spacing = timestep_spacing::leading;
                       s.config.steps_offset = 1;
                   }});
    return all;
}

std::vector<change> placements() {
    return {{"karras", [](setting& s) { s.config.use_karras_sigmas = true; }},
            {"exponential", [](setting& s) { s.config.use_exponential_sigmas = true; }},
            {"beta", [](setting& s) { s.config.use_beta_sigmas = true; }}};
}

std::vector<change> bounded_placements() {
    std::vector<change> all;
    for (const double most : knobs::most_noise)
        for (const auto& placed : placements())
            all.push_back(
                {diffgen::detail::text(placed.name, " from ", most), [placed, most](setting& s) {
                     placed.apply(s);
                     s.config.sigma_max = most;
                 }});
    return all;
}

std::vector<change> preconditioned_grids() {
    constexpr double least = 0.01;
    std::vector<change> all;
    const auto add = [&](std::string name, sigma_schedule kind, double most, double rho) {
        all.push_back({std::move(name), [=](setting& s) {
                           s.config.sigma_schedule = kind;
                           s.config.sigma_max = most;
                           s.config.sigma_min = least;
                           s.config.rho = rho;
                           s.config.sigma_data = 1;  // whose network sees unit variance
                           s.config.prediction_type = prediction_type::v_prediction;
                       }});
    };
    for (const double most : knobs::most_noise) {
        add(diffgen::detail::text("exponential from ", most), sigma_schedule::exponential, most, 7);
        for (const double rho : knobs::rhos)
            add(diffgen::detail::text("karras from ", most, ", rho ", rho), sigma_schedule::karras,
                most, rho);
    }
    return all;
}

std::vector<change> lambda_grids(scheduler s) {
    std::vector<change> all = placements();
    if (s == scheduler::dpm_solver_singlestep) {
        all.push_back({"linspace", [](setting&) {}});
    } else {
        const auto spaced = spacings();
        all.insert(all.end(), spaced.begin(), spaced.end());
    }
    if (s == scheduler::dpm_solver_multistep)
        all.push_back({"lu_lambdas", [](setting& c) { c.config.use_lu_lambdas = true; }});
    for (const double shift : knobs::shifts)
        all.push_back({diffgen::detail::text("flow_sigmas, shift ", shift), [shift](setting& c) {
                           c.config.use_flow_sigmas = true;
                           c.config.prediction_type = prediction_type::flow_prediction;
                           c.config.flow_shift = shift;
                       }});
    return all;
}

output output_of(const config& c) {
    if (c.prediction_type == prediction_type::v_prediction || c.scheduler == scheduler::ipndm)
        return output::velocity;
    const bool flows = family_of(c.scheduler) == family::flow_match ||
                       c.prediction_type == prediction_type::flow_prediction;
    return flows ? output::flow : output::epsilon;
}

namespace {

struct both {
    std::vector<candidate> ode, sde;

    both() {
        add_dpm_solver(ode, sde);
        add_adams(ode, sde);
        add_exploding(ode, sde);
        add_ancestral(ode, sde);
        add_flow_match(ode, sde);
    }
};

}  // namespace

std::vector<candidate> theirs() {
    return both().ode;
}

std::vector<candidate> theirs_stochastic() {
    return both().sde;
}

}  // namespace curves
