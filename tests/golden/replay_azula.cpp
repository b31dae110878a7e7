// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Posterior sampling by azula.

#include <diffgen/compat/azula/measured_samplers.hpp>
#include <diffgen/compat/azula/samplers.hpp>
#include <diffgen/guidance/conventions.hpp>
#include <diffgen/posterior/methods/moment_matching.hpp>

#include "posterior.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace golden {
namespace {

namespace azula = diffgen::compat::azula;
using diffgen::compat::unsupported;

azula::schedule schedule_of(const json& file) {
    const json& s = file.at("schedule");
    const auto kind = s.get<std::string>("kind");
    using form = azula::schedule::kind;
    for (const auto& [name, value] :
         std::initializer_list<std::pair<std::string_view, form>>{{"vp", form::vp},
                                                                  {"cosine", form::cosine},
                                                                  {"ve", form::ve},
                                                                  {"rectified", form::rectified},
                                                                  {"decay", form::decay}})
        if (kind == name)
            return {value, s.get<double>("alpha_min", 1), s.get<double>("sigma_min", 1),
                    s.get<double>("sigma_max", 1), s.get<double>("gamma", 0.5)};
    throw unsupported("the schedule " + kind);
}

std::vector<diffgen::noise_level> levels_of(const json& file) {
    const json& p = file.at("params");
    return schedule_of(file).levels(p.get<double>("start"), p.get<double>("stop"),
                                    p.get<int>("steps"));
}

/// The recorded draws, one after the other.
class draws {
  public:
    explicit draws(const json& file, const std::string& name = "noise")
        : lists_(file.get<table>(name, {})) {}
    matrix operator()(Index rows, Index cols) {
        const numbers& next = lists_.at(at_++);
        if (static_cast<Index>(next.size()) != rows * cols)
            throw diffgen::bad_shape("diffgen: a draw of another size");
        return Eigen::Map<const matrix>(next.data(), rows, cols);
    }
    numbers operator()(Index) { return lists_.at(at_++); }
    /// Whether all of them were used.
    [[nodiscard]] bool used_up() const { return at_ == lists_.size(); }

  private:
    table lists_;
    std::size_t at_ = 0;
};

matrix initial_of(const json& file, Index elements) {
    const auto x = file.get<numbers>("initial");
    return Eigen::Map<const matrix>(x.data(), elements, static_cast<Index>(x.size()) / elements);
}

auto predictor_of(const json& file) {
    return diffgen::predicts(diffgen::denoised{}, mixture_of(file));
}

auto measured_of(const json& file) {
    const json& m = file.at("measurement");
    return posterior::measured(operator_of(file), vector_of(m, "y"), m.get<double>("sigma"));
}

void compare(scaled_difference& d, const std::vector<matrix>& states, const table& expected) {
    table flat;
    for (const matrix& x : states)
        flat.emplace_back(x.data(), x.data() + x.size());
    d.compare(flat, expected);
}

comparison finished(const scaled_difference& d, const draws& noise) {
    return {noise.used_up() ? d.largest() : INFINITY};
}

posterior::krylov krylov_of(const json& p) {
    const auto solver = p.get<std::string>("solver");
    using method = posterior::krylov::method;
    if (solver != "cg" && solver != "gmres") throw unsupported("the solver " + solver);
    return {solver == "cg" ? method::conjugate_gradients : method::gmres, p.get<int>("iterations")};
}

/// A run of a predictor over the file's levels.
template <class Predictor>
comparison run_predictor(const json& file, Predictor predictor, Index elements) {
    const json& p = file.at("params");
    const auto name = p.get<std::string>("sampler");
    azula::sampler s = azula::sampler::ddim;
    if (name == "DDPMSampler")
        s = azula::sampler::ddpm;
    else if (name == "EulerSampler")
        s = azula::sampler::euler;
    else if (name == "HeunSampler")
        s = azula::sampler::heun;
    else if (name != "DDIMSampler")
        throw unsupported("the sampler " + name);
    draws noise(file);
    const auto run = azula::sample(s, p.get<double>("eta", 0.), std::move(predictor),
                                   levels_of(file), initial_of(file, elements), noise);
    scaled_difference d;
    compare(d, run.samples, file.get<table>("samples"));
    compare(d, run.denoised, file.get<table>("denoised"));
    return finished(d, noise);
}
template <class Method>
comparison run_denoiser(const json& file, Method method) {
    const auto m = measured_of(file);
    return run_predictor(file, posterior::given(predictor_of(file), m, std::move(method)),
                         m.op().cols());
}

void only(const json& file, std::initializer_list<std::string_view> extra) {
    for (const auto& [name, value] : file.at("params").members()) {
        bool known = false;
        for (const std::string_view each : {"function", "sampler", "eta", "start", "stop", "steps"})
            known = known || each == name;
        for (const std::string_view each : extra)
            known = known || each == name;
        if (!known) throw unsupported("the option " + name);
    }
}

comparison diffpir(const json& file) {
    only(file, {"lmbda", "solver", "iterations"});
    const json& p = file.at("params");
    return run_denoiser(file, azula::diffpir{p.get<double>("lmbda"), krylov_of(p)});
}
comparison mmps(const json& file) {
    only(file, {"solver", "iterations"});
    return run_denoiser(file, posterior::moment_matching{krylov_of(file.at("params"))});
}
comparison tmpd(const json& file) {
    only(file, {});
    return run_denoiser(file, posterior::row_sums{.keep_negative = true});
}
comparison jfps(const json& file) {
    only(file, {"cov_x", "solver", "iterations"});
    const json& p = file.at("params");
    return run_denoiser(
        file, posterior::prior_covariance(covariance_of(p, "cov_x", operator_of(file).cols()),
                                          krylov_of(p)));
}

/// Runs a sampler as sampler(predictor, measurement, levels, first state, noise).
template <class Sampler>
comparison run_sampler(const json& file, const Sampler& sampler) {
    const auto m = measured_of(file);
    draws noise(file);
    scaled_difference d;
    compare(d,
            sampler(predictor_of(file), m, levels_of(file), initial_of(file, m.op().cols()), noise),
            file.get<table>("samples"));
    return finished(d, noise);
}
comparison dps(const json& file) {
    only(file, {"zeta"});
    const auto zeta = file.at("params").get<double>("zeta");
    return run_sampler(file, [&](auto&&... a) { return azula::dps(zeta, a...); });
}
comparison pgdm(const json& file) {
    only(file, {});
    const auto eta = file.at("params").get<double>("eta");
    return run_sampler(file, [&](auto&&... a) { return azula::pgdm(eta, a...); });
}
comparison repaint(const json& file) {
    only(file, {"iterations"});
    const json& p = file.at("params");
    const Index elements = operator_of(file).cols();
    const posterior::mask known(elements, file.at("operator").get<std::vector<Index>>("indices"));
    draws noise(file);
    scaled_difference d;
    compare(d,
            azula::repaint(p.get<int>("iterations"), p.get<double>("eta"), predictor_of(file),
                           known, vector_of(file.at("measurement"), "y"), levels_of(file),
                           initial_of(file, elements), noise),
            file.get<table>("samples"));
    return finished(d, noise);
}
comparison tds(const json& file) {
    only(file, {"particles", "twist_c"});
    const auto m = measured_of(file);
    draws noise(file), uniforms(file, "uniforms");
    const auto run = azula::tds(file.at("params").get<double>("twist_c"), predictor_of(file), m,
                                levels_of(file), initial_of(file, m.op().cols()), noise, uniforms);
    scaled_difference d;
    compare(d, run.samples, file.get<table>("samples"));
    const auto log_w = file.get<table>("log_w"), resample = file.get<table>("resample");
    for (std::size_t i = 0; i < run.samples.size(); ++i) {
        d.compare(to_numbers(run.log_weights[i]), log_w.at(i));
        d.compare(numbers(run.parents[i].begin(), run.parents[i].end()), resample.at(i));
    }
    return finished(d, noise);
}

/// One class of a mixture and away from another, or from all of it.
comparison cfg(const json& file) {
    only(file, {"positive", "negative", "guidance"});
    const json& p = file.at("params");
    const auto all = mixture_of(file);
    const auto labels = labels_of(file);
    const auto positive = all.of_class(labels, p.get<int>("positive"));
    const auto negative =
        p.at("negative").is_null() ? all : all.of_class(labels, p.get<int>("negative"));
    const auto rule = diffgen::negative_prompt(p.get<double>("guidance"));
    const auto merged = [&](auto in, auto out, const diffgen::noise_level& l) {
        const vector x = to_vector(numbers(in.begin(), in.end()));
        const vector branches[2] = {positive.at(l).denoised(x), negative.at(l).denoised(x)};
        for (Index i = 0; i < x.size(); ++i) {
            const double outputs[2] = {branches[0][i], branches[1][i]};
            out.data[i] = rule.combine(outputs);
        }
    };
    return run_predictor(file, diffgen::predicts(diffgen::denoised{}, merged), all.dimension());
}

const topics_of_this_file known{
    {"azula_cfg", &cfg},   {"azula_diffpir", &diffpir}, {"azula_mmps", &mmps},
    {"azula_tmpd", &tmpd}, {"azula_jfps", &jfps},       {"azula_dps", &dps},
    {"azula_pgdm", &pgdm}, {"azula_repaint", &repaint}, {"azula_tds", &tds}};

}  // namespace
}  // namespace golden
