// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A scheduler of diffusers as a candidate: its class and options, run by the coefficients of
// compat::diffusers on the network of the problem.

#include <diffgen/compat/diffusers/pipeline/arguments.hpp>
#include <diffgen/compat/diffusers/pipeline/family.hpp>
#include <diffgen/compat/diffusers/pipeline/generate.hpp>

#include "candidate.hpp"

#include <string>
#include <utility>
#include <vector>

namespace curves {

/// Options of a class, without those of the problem's schedule.
struct setting {
    std::string name;
    diffgen::compat::diffusers::config config;
    diffgen::compat::diffusers::arguments call{};
};

/// The class's defaults with nothing clipped.
[[nodiscard]] diffgen::compat::diffusers::config plain(diffgen::compat::diffusers::scheduler s);
/// Each setting once with every of these changes, "name" being appended.
struct change {
    std::string name;
    std::function<void(setting&)> apply;
};
[[nodiscard]] std::vector<setting> each_with(const std::vector<setting>& settings,
                                             const std::vector<change>& changes);
/// timestep_spacing; use_karras_sigmas and its like.
[[nodiscard]] std::vector<change> spacings();
[[nodiscard]] std::vector<change> placements();
/// The same below several sigma_max.
[[nodiscard]] std::vector<change> bounded_placements();
/// The levels of the EDM classes.
[[nodiscard]] std::vector<change> preconditioned_grids();
/// All of the above, use_lu_lambdas and use_flow_sigmas, for the classes in lambda.
[[nodiscard]] std::vector<change> lambda_grids(diffgen::compat::diffusers::scheduler s);

/// A `use` of with_scheduler: runs where the evaluations are not too many. Whatever the kernel, the
/// run starts from the same state at unit variance.
struct within_budget {
    int budget;
    const Eigen::MatrixXd& start;

    template <class Sampler>
    std::optional<outcome> operator()(Sampler& s, diffgen::options o, double) const {
        if (evaluations_of(s, o) > budget) return std::nullopt;
        o.seed = 1;
        const auto first = s.levels(o).front();
        outcome done{0, std::hypot(first.alpha, first.sigma) * start};
        done.evaluations =
            s.generate_from(diffgen::exec::cpp, diffgen::compat::diffusers::start_time(s, o),
                            as_batch(done.samples), o)
                .evaluations;
        return done;
    }
};

/// What the network of a class returns.
[[nodiscard]] output output_of(const diffgen::compat::diffusers::config& c);

/// The candidate of a setting; family(config, arguments, network, use) is with_adams or its like.
template <class Family>
[[nodiscard]] candidate diffusers_candidate(const setting& chosen, Family family) {
    const auto run = [chosen, family](const problem& p, int budget,
                                      const Eigen::MatrixXd& start) -> std::optional<outcome> {
        auto c = chosen.config;
        c.beta_schedule = p.betas.beta_schedule;
        c.beta_start = p.betas.beta_start;
        c.beta_end = p.betas.beta_end;
        auto call = chosen.call;
        try {
            for (int steps = budget; steps > 0; --steps) {
                call.num_inference_steps = steps;
                if (auto done =
                        family(c, call, network{&p, output_of(c)}, within_budget{budget, start}))
                    return done;
            }
        } catch (
            const diffgen::error&) {  // such a run does not exist in diffusers, or is not finite
        }
        return std::nullopt;
    };
    return {std::string(diffgen::compat::diffusers::name(chosen.config.scheduler)), chosen.name,
            run};
}

/// Adds the candidates of these settings.
template <class Family>
void append(std::vector<candidate>& out, const std::vector<setting>& settings, Family family) {
    for (const setting& s : settings)
        out.push_back(diffusers_candidate(s, family));
}

void add_dpm_solver(std::vector<candidate>& ode, std::vector<candidate>& sde);
void add_adams(std::vector<candidate>& ode, std::vector<candidate>& sde);
void add_exploding(std::vector<candidate>& ode, std::vector<candidate>& sde);
void add_ancestral(std::vector<candidate>& ode, std::vector<candidate>& sde);
void add_flow_match(std::vector<candidate>& ode, std::vector<candidate>& sde);

}  // namespace curves
