// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Discrete flow matching, and hidden Markov chains.

#include <diffgen/discrete/distribution.hpp>
#include <diffgen/discrete/flow.hpp>
#include <diffgen/discrete/hidden_markov.hpp>

#include "discrete.hpp"

#include <cmath>
#include <cstddef>
#include <string>

namespace golden {

namespace {

comparison discrete_flow(const json& file) {
    only_options(file, {"scheduler", "power", "vocabulary", "t", "step", "divergence_free"});
    const json& p = file.at("params");
    const auto scheduler = p.get<std::string>("scheduler");
    if (scheduler != "polynomial" && scheduler != "cond_ot")
        throw unsupported("the scheduler " + scheduler);
    const discrete::power_path path{scheduler == "polynomial" ? p.get<double>("power") : 1};
    const int states = p.get<int>("vocabulary");
    const auto size = static_cast<std::size_t>(states);
    const double t = p.get<double>("t"), h = p.get<double>("step"),
                 turnover = p.get<double>("divergence_free", 0);
    const numbers source = turnover > 0 ? input(file, "source") : numbers{};
    const auto logits = input(file, "logits");
    const auto xt = levels(file, "xt");
    results r;
    for (int x1 = 0; x1 < states; ++x1)
        for (const int x : xt) {
            const auto rates = discrete::flow_rates(path, t, states, x, x1, turnover, source);
            double intensity = 0;
            for (const double v : rates)
                intensity += v;
            r["rates_given_x1"] += rates;
            r["intensity_given_x1"] += {intensity};
            r["jump_probability_given_x1"] += {-std::expm1(-h * intensity)};
            r["step_probabilities_given_x1"] += discrete::jumped(rates, x, h);
        }
    for (std::size_t i = 0; i < xt.size(); ++i) {
        const auto clean = discrete::softmax(row_of(logits, i, size));
        r["step_probabilities"] += discrete::flow_step(path, t, h, xt[i], clean, turnover, source);
        r["velocity"] += discrete::flow_velocity(path, t, xt[i], clean);
    }
    const auto loss_logits = input(file, "loss_logits"), loss_t = input(file, "loss_t");
    const auto x1 = levels(file, "loss_x1"), x = levels(file, "loss_xt");
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double at = loss_t[i / (x.size() / loss_t.size())];
        const auto log_clean = discrete::log_softmax(row_of(loss_logits, i, size));
        r["generalised_kl"] += {discrete::generalised_divergence(path, at, x[i], x1[i], log_clean)};
        r["grad_generalised_kl"] +=
            discrete::generalised_divergence_gradient(path, at, x[i], x1[i], log_clean);
    }
    return compare_expected(file, r);
}

comparison hmm(const json& file) {
    only_options(file, {"states", "symbols", "length", "kind"});
    const auto kind = file.at("params").get<std::string>("kind");
    if (kind != "mask" && kind != "uniform_noise" && kind != "markov")
        throw unsupported("the kind " + kind);
    const auto symbols = file.at("params").get<std::size_t>("symbols");
    const auto initial = input(file, "initial"), transition = input(file, "transition");
    numbers emission;
    if (file.at("inputs").contains("emission")) {
        emission = input(file, "emission");
    } else {
        emission.assign(symbols * symbols, 0);
        for (std::size_t s = 0; s < symbols; ++s)
            emission[s * symbols + s] = 1;
    }
    const discrete::hidden_markov chain(initial, transition, emission);
    const auto seen = levels(file, "observations");
    const auto replaced = input(file, "replacement_probability");
    const std::size_t length = shape_of(file, "observations").back();
    results r;
    for (std::size_t row = 0; row < seen.size() / length; ++row) {
        numbers likelihood(length * symbols, 1);
        for (std::size_t i = 0; i < length; ++i) {
            const int level = seen[row * length + i];
            if (level < 0) continue;
            for (std::size_t v = 0; v < symbols; ++v)
                likelihood[i * symbols + v] =
                    replaced[row] / static_cast<double>(symbols) +
                    (v == static_cast<std::size_t>(level) ? 1 - replaced[row] : 0);
        }
        const auto posterior = chain.posterior(likelihood);
        r["log_evidence"] += {posterior.log_evidence};
        r["hidden_posterior"] += posterior.hidden;
        r["token_posterior"] += posterior.symbol;
    }
    return compare_expected(file, r);
}

topics_of_this_file known{{"discrete_flow", &discrete_flow}, {"hmm", &hmm}};

}  // namespace

}  // namespace golden
