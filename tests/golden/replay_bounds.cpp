// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Variational bounds and mixtures in closed form by other implementations;
// tests/golden_models/README.md describes the files.

#include <diffgen/compat/unsupported.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/density/continuous_terms.hpp>
#include <diffgen/density/discrete_terms.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/betas.hpp>

#include "density_files.hpp"
#include "topics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace golden {

namespace {

namespace density = diffgen::density;
namespace likelihood = diffgen::likelihood;

constexpr double log_two = 0.69314718055994530942;

comparison mixture_log_density(const json& file) {
    only_options(file, {"mixture", "alpha", "sigma"});
    const json& params = file.at("params");
    const auto m = mixture_of(params.at("mixture"));
    diffgen::noise_level l;
    l.alpha = params.get<double>("alpha");
    l.sigma = params.get<double>("sigma");
    l.log_snr = 2 * std::log(l.alpha / l.sigma);
    const numbers x = input(file, "x");
    results r;
    const auto add = [&](const char* name, const Eigen::MatrixXd& values) {
        r[name].insert(r[name].end(), values.data(), values.data() + values.size());
    };
    const auto D = static_cast<std::size_t>(m.dimension());
    const auto seen = m.at(l);
    for (std::size_t i = 0; i < x.size() / D; ++i) {
        const auto point = row_of(x, i, D);
        const Eigen::VectorXd denoised = seen.denoised(point);
        r["log_density"].push_back(seen.log_density(point));
        add("score", seen.score(point));
        add("hessian", seen.hessian(point));
        for (const auto& [name, value] : file.at("expected").members())
            if (name != "log_density" && name != "score" && name != "hessian")
                add(name.c_str(), denoised);
    }
    return compare_expected(file, r, 1e-8);
}

/// The files' models: what stands for the network's output, and its log variance.
struct chain_model {
    std::string mean_type, variance_type;
    bool clip;

    [[nodiscard]] double log_variance(const density::reverse_step& s, double x) const {
        if (variance_type == "FIXED_SMALL")
            return density::log_variance(s, density::step_variance::posterior);
        if (variance_type == "FIXED_LARGE")
            return density::log_variance(s, density::step_variance::transition);
        if (variance_type == "LEARNED_RANGE") return s.interpolated(0.5 * std::cos(x));
        if (variance_type == "LEARNED") return s.log_posterior + 0.2 * std::sin(x);
        throw diffgen::compat::unsupported("the variance type " + variance_type);
    }
    [[nodiscard]] bool learns() const { return variance_type.starts_with("LEARNED"); }
    /// The estimate of the data in the mean of a step. A network of the mean itself is not clipped.
    [[nodiscard]] double in_mean(double estimate, bool clipped) const {
        const bool clips = clip && clipped && mean_type != "PREVIOUS_X";
        return clips ? std::clamp(estimate, -1., 1.) : estimate;
    }
    /// The square of the error of the network's output, given that of the data.
    [[nodiscard]] double output_error(const density::reverse_step& s, double data_error) const {
        if (mean_type == "EPSILON") return density::noise_error(s.from, data_error);
        if (mean_type == "START_X") return data_error;
        if (mean_type == "PREVIOUS_X") return s.posterior.data * s.posterior.data * data_error;
        throw diffgen::compat::unsupported("the mean type " + mean_type);
    }
};

/// One sample of a chain of T levels whose data are pixels, under the exact denoiser.
class chain_sample {
  public:
    chain_sample(const density::discrete_terms<density::cell_decoder<likelihood::tanh_cdf>>& bound,
                 const diffgen::posterior::mixture& data, const chain_model& model, numbers x0)
        : bound_(bound), data_(data), model_(model), x0_(std::move(x0)) {}

    struct terms {
        double bound, data_error, noise_error, output_error;
    };
    /// Of step i, from x_t = alpha x_0 + sigma noise: bits and squares, means over the elements.
    [[nodiscard]] terms at(std::size_t i, std::span<const double> noise, bool clipped) const {
        const density::reverse_step& s = bound_.steps()[i];
        numbers x, denoised, log_variances;
        terms t{};
        const auto n = static_cast<double>(x0_.size());
        for (std::size_t d = 0; d < x0_.size(); ++d) {
            x.push_back(s.from.alpha * x0_[d] + s.from.sigma * noise[d]);
            const double estimate = data_.at(s.from).denoised(row_of(x, d, 1))[0];
            denoised.push_back(model_.in_mean(estimate, clipped));
            log_variances.push_back(model_.log_variance(s, x.back()));
            const double seen = clipped && model_.clip ? std::clamp(estimate, -1., 1.) : estimate;
            const double error = seen - x0_[d];
            t.data_error += error * error / n;
            t.noise_error += density::noise_error(s.from, error * error) / n;
            t.output_error += model_.output_error(s, error * error) / n;
        }
        t.bound = bound_.term(i, x0_, x, {denoised, log_variances}) / (n * log_two);
        return t;
    }
    [[nodiscard]] double prior() const {
        return bound_.prior(x0_) / (static_cast<double>(x0_.size()) * log_two);
    }

  private:
    const density::discrete_terms<density::cell_decoder<likelihood::tanh_cdf>>& bound_;
    const diffgen::posterior::mixture& data_;
    const chain_model& model_;
    numbers x0_;
};

comparison ddpm_bound(const json& file) {
    only_options(file, {"schedule", "steps", "mean_type", "variance_type", "clip_denoised",
                        "mixture", "units", "model"});
    const json& params = file.at("params");
    const chain_model model{params.get<std::string>("mean_type"),
                            params.get<std::string>("variance_type"),
                            params.get<bool>("clip_denoised")};
    const auto data = mixture_of(params.at("mixture"));
    const numbers betas = input(file, "betas"), noise = input(file, "noise"),
                  training_noise = input(file, "training_noise"),
                  training_t = input(file, "training_t");
    const diffgen::process p{diffgen::schedule::betas{betas},
                             diffgen::kernel::variance_preserving{}};
    const auto T = betas.size();
    std::vector<diffgen::noise_level> levels;
    for (std::size_t i = 0; i < T; ++i)
        levels.push_back(p.level(static_cast<double>(T - 1 - i)));
    const density::discrete_terms<density::cell_decoder<likelihood::tanh_cdf>> bound(
        density::reverse_chain(levels, p.clean()), {}, 1);

    results r;
    const numbers pixels = input(file, "pixels");
    const auto N = shape_of(file, "pixels").at(0), D = pixels.size() / N;
    for (std::size_t i = 0; i < N; ++i) {
        numbers x0(D);
        for (std::size_t d = 0; d < D; ++d)
            x0[d] = 2 * pixels[i * D + d] / 255 - 1;
        const chain_sample sample(bound, data, model, x0);
        double total = sample.prior();
        r["prior_bpd"].push_back(total);
        for (std::size_t q = 0; q < T; ++q) {
            const auto t = sample.at(q, {noise.data() + (q * N + i) * D, D}, true);
            r["vb"].push_back(t.bound);
            r["xstart_mse"].push_back(t.data_error);
            r["mse"].push_back(t.noise_error);
            total += t.bound;
        }
        r["total_bpd"].push_back(total);
        const auto q = T - 1 - static_cast<std::size_t>(training_t[i]);
        const auto t = sample.at(q, {training_noise.data() + i * D, D}, false);
        for (const bool rescaled : {false, true}) {
            const std::string name = rescaled ? "training_rescaled_" : "training_";
            const double vb = t.bound * (rescaled ? static_cast<double>(T) / 1000 : 1);
            r[name + "mse_mse"].push_back(t.output_error);
            if (model.learns()) r[name + "mse_vb"].push_back(vb);
            r[name + "mse_loss"].push_back(t.output_error + (model.learns() ? vb : 0));
            r[name + "kl_loss"].push_back(t.bound * (rescaled ? static_cast<double>(T) : 1));
        }
    }
    return compare_expected(file, r);
}

/// The log-SNR falls along a line, which goes on beyond both ends: a step may begin at its end.
struct linear_log_snr {
    double first, last;

    [[nodiscard]] double log_snr(double t) const {
        return first + diffgen::product(t, last - first);
    }
    [[nodiscard]] double log_snr_rate(double) const { return last - first; }
    [[nodiscard]] static double t_min() { return -1; }
    [[nodiscard]] static double t_max() { return 2; }
};

comparison vdm_bound(const json& file) {
    only_options(file, {"gamma_min", "gamma_max", "vocabulary", "timesteps", "mixture", "model"});
    const json& params = file.at("params");
    const auto data = mixture_of(params.at("mixture"));
    const int steps = params.get<int>("timesteps");
    const diffgen::process p{
        linear_log_snr{-params.get<double>("gamma_min"), -params.get<double>("gamma_max")},
        diffgen::kernel::variance_preserving{}};
    const diffgen::process_view view(p);
    const density::level_decoder decoder{
        likelihood::lattice::of_middles(params.get<int>("vocabulary"))};
    const numbers pixels = input(file, "pixels"), noise_0 = input(file, "noise_0"),
                  noise = input(file, "noise"), times = input(file, "t");
    const auto N = shape_of(file, "pixels").at(0), D = pixels.size() / N;
    const diffgen::noise_level first = p.level(0), last = p.level(1);
    results r;
    for (std::size_t i = 0; i < N; ++i) {
        const double t = times[i];
        const diffgen::noise_level l = p.level(t);
        double recon = 0, latent = 0, squares = 0;
        for (std::size_t d = i * D; d < (i + 1) * D; ++d) {
            const int k = static_cast<int>(pixels[d]);
            const double x0 = decoder.levels.value(k);
            recon -= decoder.log_likelihood(first, first.alpha * x0 + first.sigma * noise_0[d], k);
            latent += density::prior_divergence(last, x0, 1);
            const double x = l.alpha * x0 + l.sigma * noise[d];
            const double denoised = data.at(l).denoised(Eigen::VectorXd::Constant(1, x))[0];
            squares += (x0 - denoised) * (x0 - denoised);
        }
        const double diffusion =
            steps == 0 ? density::diffusion_rate_in_time(view, t, squares)
                       : steps * density::diffusion_step(view, t, t - 1. / steps, squares);
        const auto bits = [&](double nats) { return nats / (static_cast<double>(D) * log_two); };
        r["loss_recon"].push_back(recon);
        r["loss_klz"].push_back(latent);
        r["loss_diff"].push_back(diffusion);
        r["squared_error"].push_back(density::noise_error(l, squares));
        r["bits_per_dim_recon"].push_back(bits(recon));
        r["bits_per_dim_latent"].push_back(bits(latent));
        r["bits_per_dim_diff"].push_back(bits(diffusion));
        r["bits_per_dim"].push_back(bits(recon) + bits(latent) + bits(diffusion));
    }
    return compare_expected(file, r);
}

const topics_of_this_file known{{"mixture_log_density", &mixture_log_density},
                                {"ddpm_bound", &ddpm_bound},
                                {"vdm_bound", &vdm_bound}};

}  // namespace

}  // namespace golden
