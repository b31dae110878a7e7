// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of score_sde_pytorch's predictor-corrector sampler.

#include <diffgen/compat/score_sde.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/sub_vp.hpp>

#include "mixture.hpp"

#include <map>

namespace golden {
namespace {

namespace score_sde = diffgen::compat::score_sde;

template <class E>
E named(const json& params, const char* key, const std::map<std::string, E>& names) {
    const auto at = names.find(params.get<std::string>(key));
    if (at == names.end()) throw diffgen::compat::unsupported(std::string("a value of ") + key);
    return at->second;
}

score_sde::predictor_corrector solver_of(const json& p) {
    using score_sde::corrector, score_sde::predictor, score_sde::sde;
    return {named<sde>(p, "sde", {{"vp", sde::vp}, {"subvp", sde::subvp}, {"ve", sde::ve}}),
            named<predictor>(p, "predictor",
                             {{"euler_maruyama", predictor::euler_maruyama},
                              {"reverse_diffusion", predictor::reverse_diffusion},
                              {"ancestral_sampling", predictor::ancestral_sampling},
                              {"none", predictor::none}}),
            named<corrector>(p, "corrector",
                             {{"langevin", corrector::langevin},
                              {"ald", corrector::ald},
                              {"none", corrector::none}}),
            p.get<double>("snr"),
            p.get<int>("corrector_steps"),
            p.get<bool>("probability_flow"),
            false,
            p.get<double>("beta_min"),
            p.get<double>("beta_max"),
            p.get<double>("sigma_min"),
            p.get<double>("sigma_max")};
}

template <class Schedule, class Kernel>
double replay(const json& file, score_sde::predictor_corrector solver, Schedule schedule,
              Kernel kernel) {
    const json& p = file.at("params");
    mixture m(file);
    const recorded_noise noise(file);
    const auto go = [&] {
        return run(diffgen::sampler{schedule, kernel,
                                    diffgen::predicts(diffgen::denoised{}, m.network()), solver,
                                    noise.source()},
                   score_sde::times{p.get<double>("eps")}, file.get<std::vector<double>>("initial"),
                   p.get<int>("steps"))
            .states;
    };
    difference d;
    d.compare(go(), file.get<table>("samples"));
    solver.denoise = true;
    d.compare(go().back(), file.get<std::vector<double>>("last_mean"));
    return d.largest();
}

}  // namespace

double replay_score_sde(const json& file) {
    const json& p = file.at("params");
    const auto solver = solver_of(p);
    const diffgen::schedule::linear_beta vp{solver.beta_min, solver.beta_max};
    switch (solver.sde) {
        case score_sde::sde::vp:
            return replay(file, solver, vp, diffgen::kernel::variance_preserving{});
        case score_sde::sde::subvp:
            return replay(file, solver, diffgen::schedule::sub_vp{vp},
                          diffgen::kernel::sub_variance_preserving{});
        case score_sde::sde::ve:
            break;
    }
    return replay(file, solver, diffgen::schedule::geometric{solver.sigma_min, solver.sigma_max},
                  diffgen::kernel::variance_exploding{});
}

}  // namespace golden
