// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Concrete scores and their entropy (SEDD).

#include <diffgen/discrete/corruption.hpp>
#include <diffgen/discrete/score_entropy.hpp>

#include "discrete.hpp"

#include <cmath>
#include <cstddef>
#include <string>

namespace golden {

namespace {

template <class Schedule, class Corruption>
comparison sedd_with(const json& file, const Schedule& schedule, const Corruption& corruption) {
    const json& p = file.at("params");
    const bool absorbs = p.get<std::string>("graph") == "absorb";
    const double step = p.get<double>("step");
    const auto size = static_cast<std::size_t>(corruption.states);
    const auto log_scores = input(file, "log_score"), x0 = input(file, "x0"),
               uniform = input(file, "uniform"), replacement = input(file, "replacement"),
               times = input(file, "t");
    results r;
    const std::size_t length = x0.size() / times.size();
    for (std::size_t i = 0; i < x0.size(); ++i) {
        const double t = times[i / length], sigma = schedule.total(t), rate = schedule.rate(t);
        if (i % length == 0) {
            r["sigma"] += {sigma};
            r["rate"] += {rate};
            r["loss"] += {0};
        }
        const int datum = static_cast<int>(x0[i]),
                  drawn = absorbs ? corruption.states - 1 : static_cast<int>(replacement[i]),
                  xt = uniform[i] < -std::expm1(-sigma) ? drawn : datum;
        const auto log_score = row_of(log_scores, i, size);
        const auto score = exp_of({log_score.begin(), log_score.end()});
        const double entropy = discrete::score_entropy(corruption, log_score, datum, xt, sigma);
        r["xt"] += {static_cast<double>(xt)};
        r["score_entropy"] += {entropy};
        r["loss"].back() += rate * entropy;
        auto gradient = discrete::score_entropy_gradient(corruption, log_score, datum, xt, sigma);
        for (double& g : gradient)
            g *= rate;
        r["grad_log_score"] += gradient;
        r["exact_conditional_ratio"] += discrete::conditional_ratio(corruption, datum, xt, sigma);
        const auto reverse = discrete::reverse_rate(corruption, score, xt);
        r["reverse_rate"] += reverse;
        r["euler_probabilities"] += discrete::euler_weights(corruption, score, xt, step * rate);
        const double d = sigma - schedule.total(t - step);
        const auto weights = discrete::analytic_weights(corruption, score, xt, d);
        r["staggered_score"] += discrete::staggered(corruption, score, d);
        r["tweedie_weights"] += weights;
        double sum = 0;
        for (const double w : weights)
            sum += w;
        for (const double w : weights)
            r["tweedie_probabilities"] += {w / sum};
        auto last = discrete::analytic_weights(corruption, score, xt, sigma);
        if (absorbs) last.pop_back();
        r["denoise_weights"] += last;
    }
    return compare_expected(file, r);
}

comparison sedd(const json& file) {
    only_options(file, {"graph", "tokens", "states", "noise", "noise_constants", "step", "scores"});
    const json& p = file.at("params");
    const auto graph = p.get<std::string>("graph");
    const int states = p.get<int>("states");
    return with_noise(p, [&](const auto& schedule) {
        if (graph == "absorb")
            return sedd_with(file, schedule, discrete::absorbing{states, states - 1});
        if (graph == "uniform") return sedd_with(file, schedule, discrete::uniform{states});
        throw unsupported("the graph " + graph);
    });
}

topics_of_this_file known{{"sedd", &sedd}};

}  // namespace

}  // namespace golden
