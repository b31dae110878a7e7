// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Mixtures at a noise level, and their exact posteriors.

#include <diffgen/posterior/exact_posterior.hpp>

#include "posterior.hpp"

#include <cstddef>

namespace golden {
namespace {

comparison exact_posterior(const json& file) {
    const auto prior = mixture_of(file);
    const auto a = operator_of(file);
    const auto [given, log_evidence] = posterior::exact_posterior(
        prior, a, vector_of(file, "y"), covariance_of(file, "noise_covariance", a.rows()),
        vector_of(file, "offset"));
    scaled_difference d;
    const json& expected = file.at("posterior");
    d.compare(to_numbers(given.weights()), expected.get<numbers>("weights"));
    d.compare(to_rows(given.means().transpose()), expected.get<table>("means"));
    const auto covariances = expected.get<std::vector<table>>("covariances");
    for (std::size_t k = 0; k < covariances.size(); ++k)
        d.compare(to_rows(given.gaussian_components::covariance(static_cast<Index>(k))),
                  covariances[k]);
    d.compare(to_numbers(given.mean()), file.get<numbers>("mean"));
    d.compare(to_rows(given.covariance()), file.get<table>("covariance"));
    d.compare(log_evidence, file.get<double>("log_evidence"));

    for (const json& level : file.at("levels").elements()) {
        const double alpha = level.get<double>("alpha"), sigma = level.get<double>("sigma");
        const vector x = vector_of(level, "x_t");
        const auto before = prior.at(alpha, sigma), after = given.at(alpha, sigma);
        d.compare(to_numbers(before.denoised(x)), level.get<numbers>("denoised"));
        d.compare(before.log_density(x), level.get<double>("log_p_xt"));
        d.compare(to_numbers(before.score(x)), level.get<numbers>("score"));
        d.compare(to_numbers(after.denoised(x)), level.get<numbers>("denoised_given_y"));
        d.compare(to_rows(after.covariance(x)), level.get<table>("covariance_given_y"));
        d.compare(after.log_density(x), level.get<double>("log_p_xt_given_y"));
        d.compare(to_numbers(after.score(x)), level.get<numbers>("score_given_y"));
        d.compare(after.log_density(x) + log_evidence - before.log_density(x),
                  level.get<double>("log_p_y_given_xt"));
        d.compare(to_numbers(after.score(x) - before.score(x)),
                  level.get<numbers>("grad_log_p_y_given_xt"));
    }
    return {d.largest()};
}

comparison exact_derivatives(const json& file) {
    const auto m = mixture_of(file);
    scaled_difference d;
    for (const json& p : file.at("points").elements()) {
        const auto at = m.at(p.get<double>("alpha"), p.get<double>("sigma"));
        const vector x = vector_of(p, "x_t");
        d.compare(at.log_density(x), p.get<double>("log_p"));
        d.compare(to_numbers(at.score(x)), p.get<numbers>("score"));
        d.compare(to_numbers(at.denoised(x)), p.get<numbers>("denoised"));
        d.compare(to_numbers(at.vjp(x, vector_of(p, "v"))), p.get<numbers>("vjp"));
        d.compare(to_numbers(at.jvp(x, vector_of(p, "u"))), p.get<numbers>("jvp"));
        double trace = 0;
        for (Index i = 0; i < x.size(); ++i)
            trace += at.jvp(x, vector::Unit(x.size(), i))[i];
        d.compare(trace, p.get<double>("trace"));
        d.compare(to_rows(at.covariance(x)), p.get<table>("posterior_covariance"));
    }
    return {d.largest()};
}

const topics_of_this_file known{{"exact_posterior", &exact_posterior},
                                {"exact_derivatives", &exact_derivatives}};

}  // namespace
}  // namespace golden
