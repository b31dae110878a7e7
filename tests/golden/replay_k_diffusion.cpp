// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of k-diffusion's samplers on their grids of sigmas.

#include <diffgen/compat/k_diffusion.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/schedule/edm.hpp>

#include "mixture.hpp"

#include <utility>

namespace golden {
namespace {

namespace k_diffusion = diffgen::compat::k_diffusion;

struct replay {
    const json& file;
    const json& params;

    /// Refuses options beside the named ones.
    void allow(std::initializer_list<std::string_view> options) const {
        for (const auto& [key, value] : params.members())
            if (key != "function" && key != "grid" && key != "sigmas" &&
                std::find(options.begin(), options.end(), key) == options.end())
                throw diffgen::compat::unsupported("the option '" + key + "'");
    }
    [[nodiscard]] k_diffusion::churn_options churn() const {
        allow({"s_churn", "s_tmin", "s_tmax", "s_noise"});
        const k_diffusion::churn_options o;
        return {params.get("s_churn", o.s_churn), params.get("s_tmin", o.s_tmin),
                params.get("s_tmax", o.s_tmax), params.get("s_noise", o.s_noise)};
    }

    /// The file has the state as the first evaluation of every step but the first saw it, and the
    /// result. That is the state after every step, but for the noise of a churn.
    template <class Solver>
    double with(Solver solver) const {
        mixture m(file);
        return compared(ran(m, solver).states);
    }
    template <class Solver>
    double churned(Solver solver, std::size_t evaluations_a_step) const {
        mixture m(file);
        const auto r = ran(m, solver);
        table seen;
        for (std::size_t i = evaluations_a_step; i < m.inputs.size(); i += evaluations_a_step)
            seen.push_back(m.inputs[i]);
        seen.push_back(r.states.back());
        return compared(seen);
    }

    template <class Solver>
    double ancestral() const {
        allow({"eta", "s_noise"});
        Solver solver{};
        solver.eta = params.get("eta", solver.eta);
        solver.s_noise = params.get("s_noise", solver.s_noise);
        return with(solver);
    }
    double dpmpp_sde() const {
        allow({"eta", "s_noise", "r"});
        return with(k_diffusion::dpmpp_sde{{params.get("eta", 1.), params.get("s_noise", 1.)},
                                           params.get("r", 0.5)});
    }
    double dpmpp_2m_sde() const {
        allow({"eta", "s_noise", "solver_type"});
        using solver = k_diffusion::dpmpp_2m_sde::solver;
        const auto type = params.get<std::string>("solver_type", "midpoint");
        if (type != "midpoint" && type != "heun")
            throw diffgen::compat::unsupported("solver_type = " + type);
        return with(k_diffusion::dpmpp_2m_sde{params.get("eta", 1.), params.get("s_noise", 1.),
                                              type == "heun" ? solver::heun : solver::midpoint});
    }
    double dpm_fast() const {
        allow({"n", "sigma_min", "sigma_max", "eta", "s_noise"});
        const int n = params.get<int>("n");
        const auto low = params.get<double>("sigma_min"), high = params.get<double>("sigma_max");
        mixture m(file);
        return compared(
            ran(m, k_diffusion::dpm_fast{n, params.get("eta", 0.), params.get("s_noise", 1.)},
                k_diffusion::dpm_fast::grid{n, high, low}, high)
                .states);
    }
    double lms() const {
        allow({"order"});
        return with(k_diffusion::lms{params.get("order", 4)});
    }

  private:
    template <class Solver>
    [[nodiscard]] diffgen::observe::recording ran(mixture& m, Solver solver) const {
        const auto sigmas = params.get<std::vector<double>>("sigmas");
        return ran(m, solver, diffgen::grid::sigmas(sigmas), sigmas.at(0));
    }
    template <class Solver>
    [[nodiscard]] diffgen::observe::recording ran(mixture& m, Solver solver, diffgen::any_grid grid,
                                                  double first) const {
        const recorded_noise noise(file);
        const diffgen::schedule::edm schedule{std::min(0.002, first), first};
        return run(diffgen::sampler{schedule, diffgen::kernel::variance_exploding{},
                                    diffgen::predicts(diffgen::denoised{}, m.network()), solver,
                                    noise.source()},
                   std::move(grid), file.get<std::vector<double>>("initial"));
    }
    [[nodiscard]] double compared(const table& states) const {
        difference d;
        d.compare(states, file.get<table>("samples"));
        return d.largest();
    }
};

}  // namespace

double replay_k_diffusion(const json& file) {
    const replay r{file, file.at("params")};
    const auto function = r.params.get<std::string>("function");
    if (function == "sample_euler") return r.churned(k_diffusion::euler(r.churn()), 1);
    if (function == "sample_heun") return r.churned(k_diffusion::heun(r.churn()), 2);
    if (function == "sample_dpm_2") return r.churned(k_diffusion::dpm_2(r.churn()), 2);
    if (function == "sample_euler_ancestral") return r.ancestral<k_diffusion::euler_ancestral>();
    if (function == "sample_dpm_2_ancestral") return r.ancestral<k_diffusion::dpm_2_ancestral>();
    if (function == "sample_dpmpp_2s_ancestral")
        return r.ancestral<k_diffusion::dpmpp_2s_ancestral>();
    if (function == "sample_dpmpp_sde") return r.dpmpp_sde();
    if (function == "sample_dpm_fast") return r.dpm_fast();
    if (function == "sample_lms") return r.lms();
    if (function == "sample_dpmpp_2m") return r.with(k_diffusion::dpmpp_2m{});
    if (function == "sample_dpmpp_2m_sde") return r.dpmpp_2m_sde();
    if (function == "sample_dpmpp_3m_sde") return r.ancestral<k_diffusion::dpmpp_3m_sde>();
    throw diffgen::compat::unsupported("the sampler " + function);
}

}  // namespace golden
