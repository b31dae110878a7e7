// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of k-diffusion's samplers on their grids of sigmas.

#include <diffgen/compat/k_diffusion.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/schedule/edm.hpp>

#include "mixture.hpp"

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

    /// The file has the state as the first evaluation of every step but the first saw it (with the
    /// noise of a churn), and the result.
    template <class Solver>
    double with(Solver solver, std::size_t evaluations_a_step) const {
        mixture m(file);
        const recorded_noise noise(file);
        const auto sigmas = params.get<std::vector<double>>("sigmas");
        const diffgen::schedule::edm schedule{std::min(0.002, sigmas.at(0)), sigmas.at(0)};
        const auto r = run(diffgen::sampler{schedule, diffgen::kernel::variance_exploding{},
                                            diffgen::predicts(diffgen::denoised{}, m.network()),
                                            solver, noise.source()},
                           diffgen::grid::sigmas(sigmas), file.get<std::vector<double>>("initial"));
        difference d;
        table seen;
        for (std::size_t i = evaluations_a_step; i < m.inputs.size(); i += evaluations_a_step)
            seen.push_back(m.inputs[i]);
        seen.push_back(r.states.back());
        d.compare(seen, file.get<table>("samples"));
        return d.largest();
    }
};

}  // namespace

double replay_k_diffusion(const json& file) {
    const replay r{file, file.at("params")};
    const auto function = r.params.get<std::string>("function");
    if (function == "sample_euler") return r.with(k_diffusion::euler(r.churn()), 1);
    if (function == "sample_heun") return r.with(k_diffusion::heun(r.churn()), 2);
    if (function == "sample_euler_ancestral") {
        r.allow({"eta", "s_noise"});
        return r.with(
            k_diffusion::euler_ancestral{r.params.get("eta", 1.), r.params.get("s_noise", 1.)}, 1);
    }
    throw diffgen::compat::unsupported("the sampler " + function);
}

}  // namespace golden
