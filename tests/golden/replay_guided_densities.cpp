// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Guidance in closed form: the classes of a mixture at a noise level, and the density p^(1 - w)
// q^w.

#include <diffgen/guidance/conventions.hpp>
#include <diffgen/posterior/power_product.hpp>

#include "posterior.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

namespace golden {
namespace {

/// A rule of two branches, on vectors.
vector guided(const diffgen::classifier_free& rule, const vector& c, const vector& u) {
    vector merged(c.size());
    for (Index i = 0; i < c.size(); ++i) {
        const double outputs[2] = {c[i], u[i]};
        merged[i] = rule.combine(outputs);
    }
    return merged;
}

comparison exact_guided(const json& file) {
    const auto all = mixture_of(file);
    const auto labels = labels_of(file);
    scaled_difference d;
    for (const json& point : file.at("points").elements()) {
        const double alpha = point.get<double>("alpha"), sigma = point.get<double>("sigma");
        const vector x = vector_of(point, "x_t");
        const auto at = all.at(alpha, sigma);
        const vector score = at.score(x), denoised = at.denoised(x);
        d.compare(at.log_density(x), point.get<double>("log_p"));
        d.compare(to_numbers(score), point.get<numbers>("score"));
        d.compare(to_numbers(denoised), point.get<numbers>("denoised"));
        d.compare(to_numbers(at.shares(x)), point.get<numbers>("component_posterior"));
        const json& guidance = point.at("guidance");
        for (const json& each : point.at("classes").elements()) {
            const int label = each.get<int>("class");
            const auto of_class = all.of_class(labels, label);
            const auto noised = of_class.at(alpha, sigma);
            double prior = 0;
            for (std::size_t k = 0; k < labels.size(); ++k)
                if (labels[k] == label) prior += all.weights()[static_cast<Index>(k)];
            const vector score_of_class = noised.score(x), denoised_of_class = noised.denoised(x);
            d.compare(std::log(prior) + noised.log_density(x) - at.log_density(x),
                      each.get<double>("log_p_class_given_xt"));
            d.compare(to_numbers(score_of_class), each.get<numbers>("score"));
            d.compare(to_numbers(denoised_of_class), each.get<numbers>("denoised"));
            d.compare(to_numbers(score_of_class - score),
                      each.get<numbers>("grad_log_p_class_given_xt"));
            if (guidance.get<int>("class") != label) continue;
            const auto rule = diffgen::classifier_scale(guidance.get<double>("scale"));
            d.compare(to_numbers(guided(rule, score_of_class, score)),
                      guidance.get<numbers>("score"));
            d.compare(to_numbers(guided(rule, denoised_of_class, denoised)),
                      guidance.get<numbers>("denoised"));
        }
    }
    return {d.largest()};
}

comparison exact_product(const json& file) {
    const auto prior = mixture_of(file, "prior"), conditional = mixture_of(file, "conditional");
    const double w = file.get<double>("w");
    const auto [product, log_normaliser] = posterior::power_product(prior, conditional, w);
    scaled_difference d;
    const json& expected = file.at("product");
    d.compare(to_numbers(product.weights()), expected.get<numbers>("weights"));
    d.compare(to_rows(product.means().transpose()), expected.get<table>("means"));
    const auto covariances = expected.get<std::vector<table>>("covariances");
    for (std::size_t k = 0; k < covariances.size(); ++k)
        d.compare(to_rows(product.gaussian_components::covariance(static_cast<Index>(k))),
                  covariances[k]);
    d.compare(log_normaliser, file.get<double>("log_normaliser"));
    d.compare(to_numbers(product.mean()), file.get<numbers>("mean"));
    d.compare(to_rows(product.covariance()), file.get<table>("covariance"));
    for (const json& level : file.at("levels").elements()) {
        const double alpha = level.get<double>("alpha"), sigma = level.get<double>("sigma");
        const vector x = vector_of(level, "x_t");
        const vector score = prior.at(alpha, sigma).score(x),
                     given = conditional.at(alpha, sigma).score(x);
        const auto noised = product.at(alpha, sigma);
        d.compare(to_numbers(score), level.get<numbers>("score_prior"));
        d.compare(to_numbers(given), level.get<numbers>("score_conditional"));
        d.compare(to_numbers(guided(diffgen::guidance_scale(w), given, score)),
                  level.get<numbers>("cfg_score"));
        d.compare(noised.log_density(x), level.get<double>("log_product_noised"));
        d.compare(to_numbers(noised.score(x)), level.get<numbers>("score_product_noised"));
    }
    return {d.largest()};
}

const topics_of_this_file known{{"exact_guided", &exact_guided}, {"exact_product", &exact_product}};

}  // namespace
}  // namespace golden
