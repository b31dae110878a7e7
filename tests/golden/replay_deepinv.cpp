// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Posterior sampling by deepinv.

#include <diffgen/compat/deepinv/ddrm.hpp>
#include <diffgen/compat/deepinv/diffpir.hpp>
#include <diffgen/compat/deepinv/langevin.hpp>
#include <diffgen/compat/deepinv/posterior_diffusion.hpp>

#include "posterior.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace golden {
namespace {

namespace deepinv = diffgen::compat::deepinv;
using diffgen::compat::unsupported;

template <class E>
E named(const json& parent, const char* key, const std::map<std::string, E>& names) {
    const auto name = parent.get<std::string>(key);
    const auto at = names.find(name);
    if (at == names.end()) throw unsupported(std::string(key) + " = " + name);
    return at->second;
}

void only(const json& parent, std::initializer_list<std::string_view> known_options) {
    for (const auto& [name, value] : parent.members())
        if (std::find(known_options.begin(), known_options.end(), name) == known_options.end())
            throw unsupported("the option " + name);
}

auto predictor_of(const json& file) {
    return diffgen::predicts(diffgen::denoised{}, mixture_of(file));
}
auto measured_of(const json& file) {
    const json& m = file.at("measurement");
    return posterior::measured(operator_of(file), vector_of(m, "y"), m.get<double>("sigma"));
}

deepinv::clip clip_of(const json& p) {
    if (!p.contains("clip") || p.at("clip").is_null()) return {};
    const auto c = p.get<numbers>("clip");
    return deepinv::bounds{c.at(0), c.at(1)};
}

/// The recorded draws, one after the other.
class draws {
  public:
    explicit draws(const json& file) : lists_(file.get<table>("noise", {})) {}
    vector operator()(Index count) {
        const numbers& next = lists_.at(at_++);
        if (static_cast<Index>(next.size()) != count)
            throw diffgen::bad_shape("diffgen: a draw of another size");
        return to_vector(next);
    }
    [[nodiscard]] comparison finished(const scaled_difference& d) const {
        return {at_ == lists_.size() ? d.largest() : INFINITY};
    }

  private:
    table lists_;
    std::size_t at_ = 0;
};

table all(const std::vector<vector>& states) {
    table lists;
    for (const vector& x : states)
        lists.push_back(to_numbers(x));
    return lists;
}

const std::map<std::string, deepinv::sde_solver> solvers{
    {"euler", deepinv::sde_solver::euler}, {"heun", deepinv::sde_solver::heun},
    {"ddim", deepinv::sde_solver::ddim},   {"ancestral", deepinv::sde_solver::ancestral},
    {"ddpm", deepinv::sde_solver::ddpm},   {"ddpm_large", deepinv::sde_solver::ddpm_large}};

comparison run_diffusion(const json& file, const deepinv::posterior_diffusion& sampler) {
    draws noise(file);
    const auto run = sampler(predictor_of(file), measured_of(file), file.get<numbers>("times"),
                             vector_of(file, "initial"), noise);
    scaled_difference d;
    d.compare(all(run.samples), file.get<table>("samples"));
    d.compare(to_numbers(run.result), file.get<numbers>("result"));
    return noise.finished(d);
}

comparison dps(const json& file) {
    const json& p = file.at("params");
    only(p, {"function", "schedule", "solver", "alpha", "num_steps", "weight", "guidance",
             "minus_one_one", "clip"});
    deepinv::posterior_diffusion sampler;
    using sde = deepinv::sde::kind;
    sampler.sde.form = named<sde>(p, "schedule", {{"vp", sde::vp}, {"ve", sde::ve}});
    sampler.sde.sigma_min = 0.001;
    sampler.sde.sigma_max = 80;
    using kind = deepinv::fidelity::kind;
    sampler.fidelity.form =
        named<kind>(p, "guidance", {{"norm", kind::dps_norm}, {"annealed", kind::dps_annealed}});
    sampler.fidelity.weight = p.get<double>("weight");
    sampler.fidelity.clip = clip_of(p);
    sampler.solver = named(p, "solver", solvers);
    sampler.alpha = p.get<double>("alpha");
    sampler.minus_one_one = p.get<bool>("minus_one_one");
    return run_diffusion(file, sampler);
}

deepinv::fidelity fidelity_of(const json& p) {
    using kind = deepinv::fidelity::kind;
    deepinv::fidelity f;
    f.form = named<kind>(p, "fidelity",
                         {{"none", kind::none},
                          {"dps_norm", kind::dps_norm},
                          {"dps_annealed", kind::dps_annealed},
                          {"noisy", kind::noisy},
                          {"ald", kind::ald},
                          {"score_sde", kind::score_sde},
                          {"ilvr", kind::ilvr},
                          {"pigdm", kind::pigdm},
                          {"moment", kind::moment}});
    if (!p.contains("fidelity_params") || p.at("fidelity_params").is_null()) return f;
    const json& q = p.at("fidelity_params");
    only(q, {"weight", "guidance", "clip", "gamma", "cg_max_iter", "cg_tol", "cg_eps",
             "decomposable"});
    f.weight = q.get<double>("weight", 1.);
    f.clip = clip_of(q);
    if (q.contains("gamma") && !q.at("gamma").is_null()) f.gamma = q.get<double>("gamma");
    f.cg_iterations = q.get<int>("cg_max_iter", f.cg_iterations);
    f.cg_tolerance = q.get<double>("cg_tol", f.cg_tolerance);
    f.cg_eps = q.get<double>("cg_eps", f.cg_eps);
    f.decomposable = q.get<bool>("decomposable", false);
    return f;
}

comparison diffusion(const json& file) {
    const json& p = file.at("params");
    only(p, {"function", "fidelity", "fidelity_params", "sde", "sde_params", "alpha", "solver",
             "minus_one_one", "denoise_output", "eta"});
    deepinv::posterior_diffusion sampler;
    using sde = deepinv::sde::kind;
    sampler.sde.form =
        named<sde>(p, "sde", {{"vp", sde::vp}, {"ve", sde::ve}, {"flow", sde::flow}});
    const json& q = p.at("sde_params");
    only(q, {"beta_min", "beta_max", "scaled_linear", "sigma_min", "sigma_max"});
    sampler.sde.beta_min = q.get<double>("beta_min", 0.1);
    sampler.sde.beta_max = q.get<double>("beta_max", 20.);
    sampler.sde.scaled_linear = q.get<bool>("scaled_linear", false);
    sampler.sde.sigma_min = q.get<double>("sigma_min", 0.005);
    sampler.sde.sigma_max = q.get<double>("sigma_max", 5.);
    sampler.fidelity = fidelity_of(p);
    sampler.solver = named(p, "solver", solvers);
    sampler.alpha = p.get<double>("alpha");
    sampler.eta = p.get<double>("eta", 0.);
    sampler.minus_one_one = p.get<bool>("minus_one_one");
    sampler.denoise_output = p.get<bool>("denoise_output");
    return run_diffusion(file, sampler);
}

template <class Calls>
void compare_calls(scaled_difference& d, const Calls& calls, const json& file) {
    const auto& expected = file.at("network_calls").elements();
    if (calls.size() != expected.size()) d.compare(numbers{}, numbers{1});
    for (std::size_t i = 0; i < calls.size(); ++i) {
        d.compare(calls[i].sigma, expected.at(i).template get<double>("sigma"));
        d.compare(to_numbers(calls[i].input), expected.at(i).template get<numbers>("input"));
    }
}

comparison ddrm(const json& file) {
    const json& p = file.at("params");
    only(p, {"function", "eta", "etab", "eps", "sigmas"});
    const json& svd = file.at("svd");
    draws noise(file);
    const auto run =
        deepinv::ddrm{p.get<double>("eta"), p.get<double>("etab"), p.get<double>("eps")}(
            predictor_of(file), rows_of(svd, "U"), vector_of(svd, "s"), rows_of(svd, "V"),
            vector_of(file.at("measurement"), "y"), file.at("measurement").get<double>("sigma"),
            p.get<numbers>("sigmas"), noise);
    scaled_difference d;
    compare_calls(d, run.calls, file);
    d.compare(to_numbers(run.result), file.get<numbers>("result"));
    return noise.finished(d);
}

comparison diffpir(const json& file) {
    const json& p = file.at("params");
    only(p, {"function", "sigma", "max_iter", "zeta", "lambda_", "x_init"});
    std::optional<vector> start;
    if (!p.at("x_init").is_null()) start = vector_of(p, "x_init");
    draws noise(file);
    const auto run = deepinv::diffpir{p.get<double>("sigma"), p.get<int>("max_iter"),
                                      p.get<double>("zeta"), p.get<double>("lambda_")}(
        predictor_of(file), measured_of(file), start, noise);
    scaled_difference d;
    compare_calls(d, run.calls, file);
    d.compare(numbers(run.seq.begin(), run.seq.end()), file.get<numbers>("seq"));
    d.compare(to_numbers(run.result), file.get<numbers>("result"));
    return noise.finished(d);
}

template <class Step>
comparison langevin(const json& file, const Step& step) {
    const json& p = file.at("params");
    draws noise(file);
    const auto run =
        deepinv::langevin(step, predictor_of(file), measured_of(file),
                          {p.get<double>("sigma"), p.get<double>("alpha"), p.get<int>("max_iter"),
                           p.get<int>("thinning"), p.get<double>("burnin_ratio"), clip_of(p)},
                          vector_of(file, "initial"), noise);
    scaled_difference d;
    d.compare(all(run.samples), file.get<table>("samples"));
    d.compare(to_numbers(run.mean), file.get<numbers>("mean"));
    d.compare(to_numbers(run.variance), file.get<numbers>("variance"));
    return noise.finished(d);
}
comparison ula(const json& file) {
    const json& p = file.at("params");
    only(p, {"function", "step_size", "sigma", "alpha", "max_iter", "thinning", "burnin_ratio",
             "clip"});
    return langevin(file, posterior::ula{p.get<double>("step_size")});
}
comparison skrock(const json& file) {
    const json& p = file.at("params");
    only(p, {"function", "step_size", "sigma", "alpha", "max_iter", "thinning", "burnin_ratio",
             "clip", "inner_iter", "eta"});
    return langevin(file, posterior::sk_rock{p.get<double>("step_size"), p.get<int>("inner_iter"),
                                             p.get<double>("eta")});
}

const topics_of_this_file known{{"deepinv_dps", &dps},   {"deepinv_posterior", &diffusion},
                                {"deepinv_ddrm", &ddrm}, {"deepinv_diffpir", &diffpir},
                                {"deepinv_ula", &ula},   {"deepinv_skrock", &skrock}};

}  // namespace
}  // namespace golden
