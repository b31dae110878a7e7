// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Likelihoods of pixels and their gradients by other implementations;
// tests/golden_models/README.md describes the files.

#include <diffgen/compat/unsupported.hpp>
#include <diffgen/core/forward_gradient.hpp>
#include <diffgen/likelihood/bernoulli.hpp>
#include <diffgen/likelihood/dequantised.hpp>
#include <diffgen/likelihood/discretised_gaussian.hpp>
#include <diffgen/likelihood/logistic_mixture.hpp>

#include "topics.hpp"

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace golden {

namespace {

namespace likelihood = diffgen::likelihood;
using diffgen::forward_gradient;

void append(numbers& to, const numbers& values) {
    to.insert(to.end(), values.begin(), values.end());
}
std::vector<int> whole(const numbers& values) {
    std::vector<int> out;
    for (const double v : values)
        out.push_back(static_cast<int>(std::lround(v)));
    return out;
}
std::span<const double> row(const numbers& values, std::size_t i, std::size_t columns) {
    return {values.data() + i * columns, columns};
}

comparison logistic_mixture(const json& file) {
    only_options(file, {"kind", "channels", "mixtures"});
    const json& params = file.at("params");
    const likelihood::discretised_logistic_mixture model{params.get<int>("channels"),
                                                         params.get<int>("mixtures")};
    model.check();
    const auto pixels = whole(input(file, "pixels"));
    const numbers parameters = input(file, "parameters");
    const auto channels = static_cast<std::size_t>(model.channels);
    results r;
    for (std::size_t i = 0; i < pixels.size() / channels; ++i) {
        const std::span<const int> pixel(pixels.data() + i * channels, channels);
        const auto of_pixel = forward_gradient(
            [&]<class V>(std::span<const V> p) { return model.log_likelihood(pixel, p); },
            row(parameters, i, model.parameters()));
        r["log_likelihood"].push_back(of_pixel.value);
        append(r["grad_parameters"], of_pixel.gradient);
    }
    return compare_expected(file, r, 1e-8);
}

template <class Cdf>
void discretised_gaussian_by(Cdf cdf, const std::string& name, const json& file, results& r) {
    const likelihood::discretised_gaussian<Cdf> model{
        likelihood::lattice::with_ends(file.at("params").get<int>("bins")), cdf};
    const auto pixels = whole(input(file, "pixels"));
    const numbers means = input(file, "means"), scales = input(file, "log_scales");
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const auto of_pixel = forward_gradient(
            [&]<class V>(std::span<const V> p) {
                return model.log_likelihood(pixels[i], p[0], p[1]);
            },
            numbers{means[i], scales[i]});
        r["log_likelihood_" + name].push_back(of_pixel.value);
        r["grad_means_" + name].push_back(of_pixel.gradient[0]);
        r["grad_log_scales_" + name].push_back(of_pixel.gradient[1]);
    }
}

comparison discretised_gaussian(const json& file) {
    only_options(file, {"kind", "bins"});
    results r;
    discretised_gaussian_by(likelihood::tanh_cdf{}, "tanh", file, r);
    discretised_gaussian_by(likelihood::exact_cdf{}, "exact", file, r);
    return compare_expected(file, r, 1e-8);
}

/// Bernoulli and continuous Bernoulli: of elements, and of rows.
template <class Model>
comparison by_element(const Model& model, const json& file) {
    only_options(file, {"kind"});
    const numbers logits = input(file, "logits"), targets = input(file, "targets");
    const auto shape = shape_of(file, "logits");
    const std::size_t columns = shape.size() < 2 ? 1 : logits.size() / shape[0];
    results r;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const auto element = forward_gradient(
            [&]<class V>(std::span<const V> p) { return model.log_likelihood(targets[i], p[0]); },
            row(logits, i, 1));
        r["log_likelihood_elements"].push_back(element.value);
        append(r["grad_logits"], element.gradient);
        if (i % columns == 0) r["log_likelihood"].push_back(0);
        r["log_likelihood"].back() += element.value;
    }
    return compare_expected(file, r, 1e-8);
}

comparison categorical(const json& file) {
    only_options(file, {"kind", "classes"});
    const numbers logits = input(file, "logits");
    const auto targets = whole(input(file, "targets"));
    const std::size_t classes = logits.size() / targets.size();
    results r;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto of_row = forward_gradient(
            [&]<class V>(std::span<const V> p) {
                return likelihood::categorical::log_likelihood(targets[i], p);
            },
            row(logits, i, classes));
        r["log_likelihood"].push_back(of_row.value);
        append(r["grad_logits"], of_row.gradient);
    }
    return compare_expected(file, r, 1e-8);
}

/// The margin is the number below 1/2, the count of levels that above, and the uniforms are what
/// stands beside the pixels; results that are logarithms of determinants have "det" in their names.
comparison dequantised_logit(const json& file) {
    likelihood::dequantised_logit model{256, 0};
    for (const auto& [name, value] : file.at("params").members()) {
        if (!value.is_number()) continue;
        if (value.as<double>() < 0.5)
            model.margin = value.as<double>();
        else
            model.count = value.as<int>();
    }
    model.check();
    const auto pixels = whole(input(file, "pixels"));
    numbers u;
    for (const auto& [name, value] : file.at("inputs").members())
        if (value.is_number())
            model.margin = value.as<double>();
        else if (name != "pixels")
            u = input(file, name);
    const auto shape = shape_of(file, "pixels");
    const std::size_t columns = shape.size() < 2 ? 1 : pixels.size() / shape[0];
    numbers values, elements, rows;
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const auto y = model(pixels[i], u.at(i));
        values.push_back(y.value);
        elements.push_back(y.log_det);
        if (i % columns == 0) rows.push_back(0);
        rows.back() += y.log_det;
    }
    results r;
    for (const auto& [name, value] : file.at("expected").members()) {
        const bool of_rows = numbers_of(file.at("expected"), name).size() == rows.size();
        r[name] = name.find("det") == std::string::npos ? values
                  : of_rows && columns > 1              ? rows
                                                        : elements;
    }
    return compare_expected(file, r);
}

comparison decoder_likelihood(const json& file) {
    const auto kind = file.at("params").get<std::string>("kind");
    if (kind == "discretised_logistic_mixture") return logistic_mixture(file);
    if (kind == "discretised_gaussian") return discretised_gaussian(file);
    if (kind == "bernoulli") return by_element(likelihood::bernoulli{}, file);
    if (kind == "continuous_bernoulli") return by_element(likelihood::continuous_bernoulli{}, file);
    if (kind == "categorical") return categorical(file);
    if (kind == "dequantised_logit") return dequantised_logit(file);
    throw diffgen::compat::unsupported("the likelihood " + kind);
}

const topics_of_this_file known{{"decoder_likelihood", &decoder_likelihood}};

}  // namespace

}  // namespace golden
