// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Variational bounds and probabilistic principal components; tests/golden_models/README.md
// describes the files.

#include <diffgen/compat/pythae.hpp>
#include <diffgen/family/autoregressive/likelihood.hpp>
#include <diffgen/family/objective/variational.hpp>
#include <diffgen/family/variational/probabilistic_pca.hpp>
#include <diffgen/nn/layers.hpp>

#include "family_replay.hpp"

namespace golden {

namespace {

using variable = nn::variable<double>;

matrix row(const json& file, const std::string& name) {
    const auto data = input(file, name);
    return Eigen::Map<const matrix>(data.data(), 1, static_cast<nn::extent>(data.size()));
}

/// The networks of the files of autoencoders: one tanh layer each.
struct file_encoder {
    nn::linear hidden, mean, log_variance;

    template <class W, class X>
    family::gaussian_posterior<X> operator()(const W& w, const X& x) const {
        const X h = tanh(hidden(w, x));
        return {mean(w, h), log_variance(w, h)};
    }
};
template <class X>
struct decoded {
    X output, log_variance;
};
struct file_decoder {
    nn::linear hidden, output, log_variance;
    bool learned;

    template <class W, class X>
    decoded<X> operator()(const W& w, const X& z) const {
        const X h = tanh(hidden(w, z));
        const X o = output(w, h);
        return {o, learned ? log_variance(w, h) : o};
    }
};
struct file_observation {
    std::string kind;
    double variance;

    template <class X>
    X operator()(const decoded<X>& d, const X& x) const {
        if (kind == "bernoulli") return family::bernoulli_log_likelihood(d.output, x);
        if (kind == "gaussian") return family::gaussian_log_likelihood(x, d.output, variance);
        return family::gaussian_log_likelihood(x, d.output, d.log_variance);
    }
};

comparison replay_vae(const json& file) {
    only_options(file, {"decoder", "bound", "beta", "variance", "samples", "latent", "hidden"});
    const json& params = file.at("params");
    const auto kind = params.get<std::string>("decoder"), bound = params.get<std::string>("bound");
    if (kind != "bernoulli" && kind != "gaussian" && kind != "gaussian_learned")
        throw unsupported("the decoder " + kind);
    if (bound != "elbo" && bound != "iwae") throw unsupported("the bound " + bound);
    nn::parameters<double> list;
    const auto layer = [&](const std::string& name) {
        return nn::linear{add_input(list, file, name + "_W"), add_input(list, file, name + "_b")};
    };
    const file_encoder encoder{layer("enc"), layer("mu"), layer("logvar")};
    const bool learned = kind == "gaussian_learned";
    const nn::linear dec = layer("dec"), out = layer("out");
    const file_decoder decoder{dec, out, learned ? layer("out_logvar") : out, learned};
    const double variance = kind == "gaussian" ? params.get<double>("variance") : 1;
    const family::variational_autoencoder model(encoder, decoder, file_observation{kind, variance});

    nn::tape<double> tape;
    const auto w = list.on(tape);
    const auto x = tape.constant(columns_of(file, "x"));
    const auto shape = shape_of(file, "noise");
    const auto all = input(file, "noise");
    std::vector<variable> noise;
    const auto latent = static_cast<nn::extent>(shape.at(2)), n = x.cols();
    for (std::size_t k = 0; k < shape.at(0); ++k)
        noise.push_back(tape.constant(Eigen::Map<const matrix>(
            all.data() + k * static_cast<std::size_t>(latent * n), latent, n)));
    const auto p = model.parts(w, x, noise);
    const auto value = bound == "elbo"
                           ? family::elbo(p.log_p_x, p.kl, params.get<double>("beta", 1))
                           : family::importance_weighted_bound(p.log_weights());
    results r;
    const auto append = [&](const std::string& name, const variable& v) {
        const auto more = by_column(v.value());
        r[name].insert(r[name].end(), more.begin(), more.end());
    };
    append("mu", p.q.mean);
    append("log_variance", p.q.log_variance);
    for (std::size_t k = 0; k < p.z.size(); ++k) {
        append("z", p.z[k]);
        append("decoder_output", p.decoded[k].output);
        append("decoder_log_variance", p.decoded[k].log_variance);
    }
    r["log_p_x_given_z"] = by_row(p.log_p_x.value());
    r["log_p_z"] = by_row(p.log_p_z.value());
    r["log_q_z_given_x"] = by_row(p.log_q.value());
    r["log_weights"] = by_row(p.log_weights().value());
    r["normalised_weights"] = by_row(softmax(p.log_weights()).value());
    append("kl", p.kl);
    append("bound", value);
    const auto g = grad(mean(value), w);
    for (std::size_t i = 0; i < w.size(); ++i)
        r["grad_mean_bound_" + list.entries()[i].name] = by_row(g[i].value());
    const double reconstruction = -p.log_p_x.value().mean(), kl = p.kl.value().mean();
    r["pythae_recon"] = {reconstruction};
    r["pythae_kl"] = {kl};
    r["pythae_loss"] = {reconstruction + kl};
    variable surrogate;
    for (std::size_t k = 0; k < p.z.size(); ++k) {
        const auto row =
            diffgen::compat::pythae::unnormalised_log_likelihood(x, p.decoded[k].output);
        surrogate = k == 0 ? row : concat_rows(surrogate, row);
    }
    const auto lw = kind == "gaussian" ? surrogate + p.log_p_z - p.log_q : p.log_weights();
    r["pythae_surrogate_loss"] =
        by_column(diffgen::compat::pythae::iwae_surrogate_loss(lw).value());
    return compare_expected(file, r);
}

comparison replay_ppca(const json& file) {
    only_options(file, {"latent", "task"});
    const auto task = file.at("params").get<std::string>("task");
    const matrix x = columns_of(file, "x");
    results r;
    if (task == "fit") {
        const auto p =
            family::probabilistic_pca::fit(x, file.at("params").get<nn::extent>("latent"));
        r["mean"] = by_column(p.mean);
        r["noise_variance"] = {p.noise_variance};
        r["loadings_outer"] = by_row(p.loadings * p.loadings.transpose());
        r["model_covariance"] = by_row(p.covariance());
        r["log_likelihood"] = by_column(p.log_density(x));
        r["eigenvalues"] = by_column(p.eigenvalues);
        return compare_expected(file, r);
    }
    if (task != "bound") throw unsupported("the task " + task);
    const family::probabilistic_pca p{matrix_of(file, "W"), row(file, "mean").transpose(),
                                      input(file, "noise_variance").at(0)};
    r["log_likelihood"] = by_column(p.log_density(x));
    r["posterior_mean"] = by_column(p.posterior_mean(x));
    r["posterior_covariance"] = by_row(p.posterior_covariance());
    r["best_diagonal_log_variance"] = by_column(p.best_log_variance());
    using values = nn::values<double>;
    const values point(x), v(matrix_of(file, "encoder_W")),
        c(matrix(row(file, "encoder_b").transpose()));
    const values lv(matrix(row(file, "encoder_log_variance").transpose()));
    const family::gaussian_posterior<values> q{matmul(v, point) + c,
                                               broadcast_to(lv, lv.rows(), point.cols())};
    const values expected = family::linear_expected_log_likelihood(
        point, values(p.loadings), values(p.mean),
        values(matrix::Constant(1, 1, std::log(p.noise_variance))), q);
    r["expected_log_likelihood"] = by_column(expected);
    r["kl"] = by_column(q.kl());
    r["elbo"] = by_column(expected - q.kl());
    return compare_expected(file, r);
}

const topics_of_this_file known{{"vae", &replay_vae}, {"ppca", &replay_ppca}};

}  // namespace

}  // namespace golden
