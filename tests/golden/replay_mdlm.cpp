// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Masked diffusion (MDLM).

#include <diffgen/compat/mdlm.hpp>
#include <diffgen/discrete/corruption.hpp>
#include <diffgen/discrete/distribution.hpp>
#include <diffgen/discrete/masked.hpp>
#include <diffgen/discrete/score_entropy.hpp>

#include "discrete.hpp"

#include <cmath>
#include <cstddef>
#include <string>

namespace golden {

namespace {

template <class Schedule>
comparison mdlm_with(const json& file, const Schedule& schedule) {
    namespace peer = diffgen::compat::mdlm;
    const json& p = file.at("params");
    const auto form = p.get<std::string>("parameterisation", "subs");
    if (form != "subs" && form != "sedd" && form != "d3pm")
        throw unsupported("the parameterisation " + form);
    const int states = p.get<int>("vocabulary"), mask = p.get<int>("mask"), T = p.get<int>("T");
    const bool changed = p.get<bool>("change_of_variables", false);
    const double step = p.get<double>("step");
    const auto size = static_cast<std::size_t>(states);
    const discrete::absorbing corruption{states, mask};
    const auto logits = input(file, "logits"), x0 = input(file, "x0"),
               uniform = input(file, "uniform"), times = input(file, "t");
    // The change of variables goes from the schedule's constant to its end.
    const auto constants = p.get<numbers>("noise_constants", {0});
    const discrete::uniform_in_log_move by_log(constants.at(0), schedule.total(1));

    results r;
    double total_loss = 0;
    const std::size_t length = x0.size() / times.size();
    for (std::size_t i = 0; i < x0.size(); ++i) {
        const double t = times[i / length], s = t - step;
        const double move = changed ? by_log.move(t) : -std::expm1(-schedule.total(t));
        const double sigma = schedule.total(t), move_s = -std::expm1(-schedule.total(s));
        if (i % length == 0) {
            r["sigma"] += {sigma};
            r["rate"] += {schedule.rate(t)};
            r["move_probability"] += {move};
        }
        const int datum = static_cast<int>(x0[i]), xt = uniform[i] < move ? mask : datum;
        const auto at = static_cast<std::size_t>(datum);
        const auto row = row_of(logits, i, size);
        r["xt"] += {static_cast<double>(xt)};
        double loss = 0;
        numbers score;
        if (form == "sedd") {
            const auto log_score = peer::sedd_log_score(row, xt, sigma);
            r["model_output"] += log_score;
            score = exp_of(log_score);
            loss =
                schedule.rate(t) * discrete::score_entropy(corruption, log_score, datum, xt, sigma);
        } else if (form == "d3pm") {
            const auto log_clean = discrete::log_softmax(row);
            r["model_output"] += log_clean;
            r["reconstruction_loss"] += {-log_clean[at]};
            loss = peer::d3pm_term(log_clean, mask, xt, datum, t, T) - log_clean[at];
        } else {
            const auto log_clean = discrete::substituted(row, mask, xt);
            const auto clean = exp_of(log_clean);
            r["probabilities"] += clean;
            loss = -log_clean[at];
            if (changed)
                loss *= peer::change_of_variables_weight(by_log);
            else if (T > 0)
                loss = xt == mask ? loss / t : 0;
            else
                loss *= discrete::masked_weight(schedule, t);
            const auto weights = discrete::unmasking_weights(clean, mask, move, move_s);
            r["step_weights"] += weights;
            numbers shown(size);
            shown[static_cast<std::size_t>(xt)] = 1;
            r["step_probabilities"] += xt == mask ? discrete::normalised(weights) : shown;
            r["cached_step_weights"] += peer::cached_unmasking_weights(clean, mask, t, step);
            score = discrete::masked_score(clean, mask, xt, sigma);
        }
        r["loss"] += {loss + 0.};
        total_loss += loss;
        if (score.empty()) continue;
        const double d = sigma - schedule.total(s);
        r["analytic_weights"] += discrete::analytic_weights(corruption, score, xt, d);
        auto last = discrete::analytic_weights(corruption, score, xt, sigma);
        last[static_cast<std::size_t>(mask)] = 0;
        r["denoiser_weights"] += last;
    }
    r["loss_mean"] = {total_loss / static_cast<double>(x0.size())};
    return compare_expected(file, r);
}

comparison mdlm(const json& file) {
    only_options(file, {"noise", "vocabulary", "mask", "T", "change_of_variables", "step",
                        "noise_constants", "parameterisation"});
    return with_noise(file.at("params"),
                      [&](const auto& schedule) { return mdlm_with(file, schedule); });
}

topics_of_this_file known{{"mdlm", &mdlm}};

}  // namespace

}  // namespace golden
