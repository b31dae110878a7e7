// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Measures by other implementations; tests/golden_metrics/README.md describes the files.

#include <diffgen/compat/torchmetrics.hpp>
#include <diffgen/compat/unsupported.hpp>
#include <diffgen/metrics/empirical_distribution.hpp>
#include <diffgen/metrics/frechet_distance.hpp>
#include <diffgen/metrics/inception_score.hpp>
#include <diffgen/metrics/kernel_distance.hpp>
#include <diffgen/metrics/picture_similarity.hpp>
#include <diffgen/metrics/precision_recall.hpp>
#include <diffgen/metrics/ranked_probability_score.hpp>
#include <diffgen/metrics/ranking.hpp>

#include "golden.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace golden {

namespace {

namespace metrics = diffgen::metrics;

numbers list(const json& file, const std::string& name) {
    return file.at("inputs").at(name).get<numbers>("data");
}

/// An input, turned so that a column is a sample; of a picture, so that a column is a line.
Eigen::MatrixXd columns(const json& file, const std::string& name) {
    const auto shape = file.at("inputs").at(name).get<std::vector<Eigen::Index>>("shape");
    const auto data = list(file, name);
    if (shape.size() != 2 || shape[0] * shape[1] != static_cast<Eigen::Index>(data.size()))
        throw diffgen::compat::unsupported("an input " + name + " that is no matrix");
    return Eigen::Map<const Eigen::MatrixXd>(data.data(), shape[1], shape[0]);
}

/// Throws unsupported where a file has an option that no rule here knows.
void allow_params(const json& file, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : file.at("params").members())
        if (std::find(known.begin(), known.end(), name) == known.end())
            throw diffgen::compat::unsupported("the option " + name);
}

using results = std::vector<std::pair<std::string, numbers>>;

results one_dimensional_distances(const json& file) {
    allow_params(file, {});
    const auto x = list(file, "x"), y = list(file, "y");
    const metrics::empirical_distribution a(x), b(y);
    return {{"wasserstein_1", {metrics::wasserstein(a, b)}},
            {"energy_distance", {metrics::energy_distance(a, b)}},
            {"kolmogorov_smirnov", {metrics::kolmogorov_smirnov(a, b)}}};
}

results continuous_ranked_probability_score(const json& file) {
    allow_params(file, {});
    const auto observation = list(file, "observation");
    const Eigen::MatrixXd ensemble = columns(file, "ensemble");
    numbers values;
    for (std::size_t i = 0; i < observation.size(); ++i) {
        const auto samples = ensemble.col(static_cast<Eigen::Index>(i));
        values.push_back(metrics::crps_of_samples(
            observation[i], {samples.data(), static_cast<std::size_t>(samples.size())}));
    }
    return {{"values", values}};
}

results frechet_distance(const json& file) {
    allow_params(file, {});
    return {{"value", {metrics::frechet_distance(columns(file, "x"), columns(file, "y"))}}};
}

results inception_score(const json& file) {
    allow_params(file, {"splits"});
    const auto score = metrics::inception_score(columns(file, "probabilities"),
                                                file.at("params").get<Eigen::Index>("splits", 1));
    return {{"mean", {score.mean}}, {"std", {score.deviation}}};
}

results kernel_distance(const json& file) {
    allow_params(file, {});
    return {{"value", {metrics::kernel_distance(columns(file, "x"), columns(file, "y"))}}};
}

results precision_recall(const json& file) {
    allow_params(file, {"k"});
    const auto scores = metrics::precision_recall(columns(file, "real"), columns(file, "generated"),
                                                  file.at("params").get<Eigen::Index>("k", 5));
    return {{"precision", {scores.precision}},
            {"recall", {scores.recall}},
            {"density", {scores.density}},
            {"coverage", {scores.coverage}}};
}

results roc(const json& file) {
    allow_params(file, {});
    std::vector<int> labels;
    for (const double label : list(file, "label"))
        labels.push_back(label == 1 ? 1 : label == 0 ? 0 : -1);  // -1 is refused
    metrics::ranking ranked;
    ranked.add(list(file, "score"), labels);
    return {{"auroc", {ranked.auroc()}}, {"average_precision", {ranked.average_precision()}}};
}

results structural_similarity(const json& file) {
    allow_params(file, {"data_range"});
    const Eigen::MatrixXd x = columns(file, "x"), y = columns(file, "y");
    const double range = file.at("params").get<double>("data_range", 1);
    return {{"ssim", {metrics::structural_similarity(x, y, range)}},
            {"psnr", {metrics::peak_signal_to_noise_ratio(x, y, range)}}};
}

results multiscale_structural_similarity(const json& file) {
    allow_params(file, {"data_range"});
    return {{"value",
             {diffgen::compat::torchmetrics::multiscale_structural_similarity(
                 columns(file, "x"), columns(file, "y"),
                 file.at("params").get<double>("data_range", 1))}}};
}

struct measure {
    std::string_view name;
    double tolerance;  ///< what is known of the reference, see the README beside the files
    results (*values)(const json&);
};

constexpr measure all[] = {
    {"one_dimensional_distances", 1e-9, one_dimensional_distances},
    {"continuous_ranked_probability_score", 1e-9, continuous_ranked_probability_score},
    {"frechet_distance", 1e-9, frechet_distance},
    {"inception_score", 1e-9, inception_score},
    {"kernel_distance", 1e-9, kernel_distance},
    {"precision_recall", 1e-9, precision_recall},
    {"roc", 1e-9, roc},
    {"structural_similarity", 1e-7, structural_similarity},
    {"multiscale_structural_similarity", 1e-5, multiscale_structural_similarity},
};

/// The references of singular covariances hold square roots of eigenvalues that are only rounding.
bool has_singular_covariance(const json& file) {
    const Eigen::MatrixXd x = columns(file, "x"), y = columns(file, "y");
    return x.cols() <= x.rows() || y.cols() <= y.rows();
}

}  // namespace

comparison replay_measure(const json& file) {
    const auto name = file.get<std::string>("measure");
    for (const measure& each : all) {
        if (each.name != name) continue;
        const results values = each.values(file);
        difference d;
        const json& expected = file.at("expected");
        for (const auto& [key, value] : expected.members()) {
            const auto found =
                std::find_if(values.begin(), values.end(),
                             [&wanted = key](const auto& v) { return v.first == wanted; });
            if (found == values.end()) throw diffgen::compat::unsupported("the value " + key);
            d.compare(found->second, value.is_array() ? expected.get<numbers>(key)
                                                      : numbers{expected.get<double>(key)});
        }
        const bool loose = name == "frechet_distance" && has_singular_covariance(file);
        return {d.largest(), loose ? 1e-7 : each.tolerance};
    }
    throw diffgen::compat::unsupported("the measure " + name);
}

}  // namespace golden
