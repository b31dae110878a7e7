// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of the samplers of NVlabs/edm.

#include <diffgen/compat/edm/ablation_sampler.hpp>
#include <diffgen/compat/edm/discretization.hpp>
#include <diffgen/compat/k_diffusion.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/schedule/edm.hpp>

#include "mixture.hpp"

namespace golden {
namespace {

namespace edm = diffgen::compat::edm;

struct replay {
    const json& file;
    const json& params;
    int steps;

    explicit replay(const json& f)
        : file(f), params(f.at("params")), steps(params.get<int>("num_steps")) {
        if (steps < 2) throw diffgen::compat::unsupported("a single step is NaN in the peer");
    }

    template <class Schedule, class Kernel, class Solver>
    double with(Schedule schedule, Kernel kernel, Solver solver, diffgen::any_grid grid) const {
        mixture m(file);
        const recorded_noise noise(file);
        diffgen::sampler s{schedule, kernel, diffgen::predicts(diffgen::denoised{}, m.network()),
                           solver, noise.source()};
        auto x = file.get<std::vector<double>>("initial");
        const double first = s.levels({.steps = steps, .grid = grid}).front().sigma;
        for (double& v : x)
            v *= first;
        const auto r = run(s, grid, x, steps);
        difference d;
        d.compare(r.states.back(), file.get<table>("samples").back());
        std::vector<double> sigmas;
        table inputs;
        for (const json& call : file.at("network_calls").elements()) {
            sigmas.push_back(call.get<double>("sigma"));
            inputs.push_back(call.get<std::vector<double>>("input"));
        }
        d.compare(m.sigmas, sigmas);
        d.compare(m.inputs, inputs);
        return d.largest();
    }

    double edm_sampler() const {
        allow({"sigma_min", "sigma_max", "rho"});
        const double low = params.get("sigma_min", 0.002), high = params.get("sigma_max", 80.);
        return with(
            diffgen::schedule::edm{low, high}, diffgen::kernel::variance_exploding{},
            diffgen::compat::k_diffusion::heun({params.get("S_churn", 0.), params.get("S_min", 0.),
                                                params.get("S_max", diffgen::detail::infinity),
                                                params.get("S_noise", 1.)}),
            diffgen::grid::karras{params.get("rho", 7.), {low, high}});
    }

    double ablation_sampler() const {
        allow({"solver", "discretization", "schedule", "scaling", "epsilon_s", "C_1", "C_2", "M",
               "alpha", "sigma_min", "sigma_max", "rho"});
        const auto schedule = word("schedule", "linear", {"vp", "ve", "linear"});
        const auto discretization = word("discretization", "edm", {"vp", "ve", "iddpm", "edm"});
        const double epsilon_s = params.get("epsilon_s", 1e-3);
        const edm::sigma_range usual = edm::discretization::usual_range(discretization, epsilon_s);
        const edm::discretization levels{
            {params.get("sigma_min", usual.min), params.get("sigma_max", usual.max)},
            epsilon_s,
            params.get("rho", 7.),
            params.get("C_1", 0.001),
            params.get("C_2", 0.008),
            params.get("M", 1000)};
        const auto sigmas = discretization == "vp"      ? levels.vp(steps)
                            : discretization == "ve"    ? levels.ve(steps)
                            : discretization == "iddpm" ? levels.iddpm(steps)
                                                        : levels.edm(steps);
        if (schedule == "vp") return scaled(edm::vp::between(levels.range, epsilon_s), sigmas);
        if (schedule == "ve") return scaled(edm::ve{levels.range}, sigmas);
        return scaled(edm::linear{levels.range}, sigmas);
    }

  private:
    template <class Schedule>
    double scaled(Schedule schedule, const std::vector<double>& sigmas) const {
        const edm::ablation_sampler<Schedule> solver{
            schedule,
            word("solver", "heun", {"heun", "euler"}) == "heun",
            params.get("alpha", 1.),
            params.get("S_churn", 0.),
            params.get("S_min", 0.),
            params.get("S_max", diffgen::detail::infinity),
            params.get("S_noise", 1.)};
        if (word("scaling", "none", {"vp", "none"}) == "vp")
            return with(schedule, diffgen::kernel::variance_preserving{}, solver,
                        edm::at_sigmas<Schedule>{schedule, sigmas});
        return with(schedule, diffgen::kernel::variance_exploding{}, solver,
                    edm::at_sigmas<Schedule>{schedule, sigmas});
    }

    [[nodiscard]] std::string word(const char* key, const char* otherwise,
                                   std::initializer_list<std::string_view> known) const {
        auto value = params.get<std::string>(key, otherwise);
        if (std::find(known.begin(), known.end(), value) == known.end())
            throw diffgen::compat::unsupported(std::string(key) + " = " + value);
        return value;
    }
    /// Refuses options beside these and the churn's.
    void allow(std::initializer_list<std::string_view> options) const {
        for (const auto& [key, value] : params.members())
            if (key != "function" && key != "num_steps" && !key.starts_with("S_") &&
                std::find(options.begin(), options.end(), key) == options.end())
                throw diffgen::compat::unsupported("the option '" + key + "'");
    }
};

}  // namespace

double replay_edm(const json& file) {
    const replay r(file);
    const auto function = r.params.get<std::string>("function");
    if (function == "edm_sampler") return r.edm_sampler();
    if (function == "ablation_sampler") return r.ablation_sampler();
    throw diffgen::compat::unsupported("the sampler " + function);
}

}  // namespace golden
