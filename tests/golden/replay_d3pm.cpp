// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Discrete diffusion in steps (D3PM).

#include <diffgen/compat/d3pm_pytorch.hpp>
#include <diffgen/discrete/betas.hpp>
#include <diffgen/discrete/corruption.hpp>
#include <diffgen/discrete/distribution.hpp>
#include <diffgen/discrete/finite_chain.hpp>

#include "discrete.hpp"

#include <cstddef>
#include <string>

namespace golden {

namespace {

numbers betas_of(const std::string& schedule, int steps) {
    if (schedule == "cosine") return discrete::cosine_betas(steps);
    if (schedule == "jsd") return discrete::mutual_information_betas(steps);
    if (schedule == "linear") return discrete::linear_betas(steps, 1e-3, 0.25);
    throw unsupported("the schedule " + schedule);
}

/// Calls use(corruption) for the kind that a file names.
template <class Use>
comparison with_corruption(const json& params, Use use) {
    const auto kind = params.get<std::string>("kind");
    const int states = params.get<int>("states");
    if (kind == "uniform") return use(discrete::uniform{states});
    if (kind == "absorbing") return use(discrete::absorbing{states, params.get<int>("mask_state")});
    if (kind == "gaussian") return use(discrete::discretised_gaussian{states});
    throw unsupported("the corruption " + kind);
}

/// The logits of x_0 of every row, from a network or by a discretised logistic distribution.
numbers clean_logits(const json& file, int states) {
    const auto form = file.at("params").get<std::string>("parameterisation", "logits");
    if (form == "logits") return input(file, "x0_logits");
    if (form != "logistic") throw unsupported("the parameterisation " + form);
    const auto location = input(file, "loc"), log_scale = input(file, "log_scale");
    numbers logits;
    for (std::size_t i = 0; i < location.size(); ++i)
        logits += discrete::discretised_logistic(location[i],
                                                 log_scale[log_scale.size() == 1 ? 0 : i], states);
    return logits;
}

void add_matrices(const discrete::finite_chain& chain, results& r) {
    for (int t = 1; t <= chain.steps(); ++t) {
        r["Q"] += chain.transition(t).values();
        r["Q_cumulative"] += chain.cumulative(t).values();
    }
}

comparison d3pm_of_pytorch(const json& file) {
    namespace peer = diffgen::compat::d3pm_pytorch;
    const json& p = file.at("params");
    const double eps = p.get<double>("eps");
    return with_corruption(p, [&](const auto& corruption) {
        const int states = corruption.states;
        const auto size = static_cast<std::size_t>(states);
        results r;
        r["betas"] = betas_of(p.get<std::string>("schedule"), p.get<int>("steps"));
        const discrete::finite_chain chain(corruption, r["betas"]);
        add_matrices(chain, r);
        const auto t = levels(file, "t"), x0 = levels(file, "x0"), xt = levels(file, "xt");
        const auto logits = clean_logits(file, states), noise = input(file, "q_sample_noise");
        double vb = 0, cross_entropy = 0;
        for (std::size_t i = 0; i < x0.size(); ++i) {
            const int ti = t[i / (x0.size() / t.size())];
            const auto row = row_of(logits, i, size);
            r["true_posterior"] += discrete::softmax(peer::reverse_logits(
                chain, ti, xt[i], peer::datum_logits(x0[i], states, eps), eps));
            r["model_reverse"] +=
                discrete::softmax(peer::reverse_logits(chain, ti, xt[i], row, eps));
            vb += peer::bound_term(chain, ti, xt[i], x0[i], row, eps);
            cross_entropy -= discrete::log_softmax(row)[static_cast<std::size_t>(x0[i])];
            r["q_sample"] +=
                {static_cast<double>(peer::noised(chain, ti, x0[i], row_of(noise, i, size), eps))};
        }
        const auto count = static_cast<double>(x0.size());
        r["vb_mean"] = {vb / count};
        r["cross_entropy_mean"] = {cross_entropy / count};
        r["peer_loss"] = {p.get<double>("peer_coefficient") * vb / count + cross_entropy / count};
        return compare_expected(file, r);
    });
}

comparison d3pm(const json& file) {
    only_options(file, {"kind", "states", "steps", "schedule", "mask_state", "hybrid_lambda",
                        "parameterisation", "eps", "peer_coefficient"});
    const json& p = file.at("params");
    if (p.contains("eps")) return d3pm_of_pytorch(file);
    return with_corruption(p, [&]<class Corruption>(const Corruption& corruption) {
        const auto size = static_cast<std::size_t>(corruption.states);
        results r;
        r["betas"] = betas_of(p.get<std::string>("schedule"), p.get<int>("steps"));
        const discrete::finite_chain chain(corruption, r["betas"]);
        add_matrices(chain, r);
        r["stationary"] = discrete::stationary(corruption);
        const auto t = levels(file, "t"), x0 = levels(file, "x0");
        const auto logits = clean_logits(file, corruption.states), u = input(file, "uniform");
        r["x0_logits"] = r["logits"] = logits;
        const double lambda = p.get<double>("hybrid_lambda");
        for (std::size_t i = 0; i < t.size(); ++i) {
            const auto log_clean = discrete::log_softmax(row_of(logits, i, size));
            const int xt =
                static_cast<int>(discrete::first_reaching(chain.cumulative(t[i]).row(x0[i]), u[i]));
            r["xt"] += {static_cast<double>(xt)};
            r["posterior"] += chain.posterior(t[i], xt, x0[i]);
            r["model_reverse"] +=
                chain.reverse(t[i], xt, discrete::softmax(row_of(logits, i, size)));
            r["vb"] += {discrete::bound_term(chain, t[i], xt, x0[i], log_clean)};
            r["cross_entropy"] += {-log_clean[static_cast<std::size_t>(x0[i])]};
            r["hybrid"] += {discrete::hybrid_term(chain, t[i], xt, x0[i], log_clean, lambda)};
            r["prior_kl"] += {discrete::prior_term(chain, x0[i], r["stationary"])};
        }
        return compare_expected(file, r);
    });
}

topics_of_this_file known{{"d3pm", &d3pm}};

}  // namespace

}  // namespace golden
