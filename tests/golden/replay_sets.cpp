// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Measures of sets of samples by other implementations; tests/golden_models/README.md describes the
// files.

#include <diffgen/metrics/energy_distance.hpp>
#include <diffgen/metrics/frechet_distance.hpp>
#include <diffgen/metrics/kernel_distance.hpp>
#include <diffgen/metrics/sliced_costs.hpp>
#include <diffgen/metrics/vendi_score.hpp>

#include "topics.hpp"

#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace golden {

namespace {

namespace metrics = diffgen::metrics;

/// An input, turned so that a column is a sample.
Eigen::MatrixXd columns(const json& file, const std::string& name) {
    const auto shape = shape_of(file, name);
    const numbers data = input(file, name);
    return Eigen::Map<const Eigen::MatrixXd>(data.data(), static_cast<Eigen::Index>(shape.at(1)),
                                             static_cast<Eigen::Index>(shape[0]));
}

/// An input that need not be there.
numbers optional(const json& file, const char* name) {
    return file.at("inputs").contains(name) ? input(file, name) : numbers{};
}

/// Row by row; a symmetric matrix or a column either way.
numbers list(const Eigen::MatrixXd& values) {
    return {values.data(), values.data() + values.size()};
}

comparison energy_distance(const json& file) {
    only_options(file, {"exponent", "weighted"});
    const double exponent = file.at("params").get<double>("exponent", 1);
    const Eigen::MatrixXd x = columns(file, "x"), y = columns(file, "y");
    const numbers a = optional(file, "x_weights"), b = optional(file, "y_weights");
    const auto terms = metrics::energy_terms_of(x, y, {exponent, a, b});
    results values{{"squared_biased", {terms.squared()}},
                   {"distance", {terms.distance()}},
                   {"cross", {terms.across}},
                   {"within_x", {terms.within_real}},
                   {"within_y", {terms.within_generated}}};
    if (a.empty() && b.empty())
        values["squared_unbiased"] = {metrics::unbiased_squared_energy_distance(x, y, exponent)};
    return compare_expected(file, values);
}

comparison sliced_wasserstein(const json& file) {
    only_options(file, {"p", "weighted"});
    const auto slices =
        metrics::sliced_costs_of(columns(file, "x"), columns(file, "y"),
                                 columns(file, "directions"), file.at("params").get<double>("p"),
                                 optional(file, "x_weights"), optional(file, "y_weights"));
    return compare_expected(file, {{"per_direction", slices.costs},
                                   {"distance", {slices.distance()}},
                                   {"max_distance", {slices.largest_distance()}}});
}

comparison kernel_distance_subsets(const json& file) {
    only_options(file, {"degree", "gamma", "coef", "subset_size"});
    const json& params = file.at("params");
    if (params.get<std::string>("gamma", "1/d") != "1/d")
        throw diffgen::compat::unsupported("a gamma other than 1/d");
    const auto table = [&](const char* name) {
        const Eigen::MatrixXd turned = columns(file, name);
        return metrics::index_table(turned.transpose().array().cast<Eigen::Index>());
    };
    const Eigen::ArrayXd values = metrics::kernel_distances_of(
        columns(file, "x"), columns(file, "y"), table("x_indices"), table("y_indices"),
        {params.get<int>("degree", 3), params.get<double>("coef", 1)});
    const auto whole = metrics::detail::of_values(values);
    return compare_expected(file, {{"per_subset", list(values.matrix())},
                                   {"distance", {whole.mean}},
                                   {"standard_deviation", {whole.deviation}}});
}

comparison merged_blocks(const json& file) {
    const Eigen::MatrixXd x = columns(file, "x");
    metrics::gaussian_accumulator all;
    numbers means;
    Eigen::Index first = 0;
    for (const auto size : file.at("params").get<std::vector<Eigen::Index>>("block_sizes")) {
        metrics::gaussian_accumulator block;
        block.add(x.middleCols(first, size));
        all.merge(block);
        first += size;
        means.insert(means.end(), all.mean().data(), all.mean().data() + all.mean().size());
    }
    const auto statistics = all.statistics();
    return compare_expected(file, {{"mean", list(statistics.mean())},
                                   {"covariance", list(statistics.covariance())},
                                   {"covariance_population", list(all.population_covariance())},
                                   {"running_means", means}});
}

comparison frechet_singular(const json& file) {
    only_options(file, {"kind", "ddof", "block_sizes"});
    if (file.at("params").get<int>("ddof", 1) != 1)
        throw diffgen::compat::unsupported("covariances over another number than n - 1");
    if (file.at("params").contains("block_sizes")) return merged_blocks(file);
    const Eigen::MatrixXd x = columns(file, "x"), y = columns(file, "y");
    const metrics::gaussian_statistics of_x(x), of_y(y);
    results values{{"mean_x", list(of_x.mean())},
                   {"mean_y", list(of_y.mean())},
                   {"covariance_x", list(of_x.covariance())},
                   {"covariance_y", list(of_y.covariance())}};
    // From the samples, and from their statistics.
    comparison worst{0, 1e-9};
    for (const auto& terms :
         {metrics::frechet_terms_of(x, y), metrics::frechet_terms_of(of_x, of_y)}) {
        values["distance"] = {terms.distance()};
        values["mean_term"] = {terms.means};
        values["trace_x"] = {terms.trace_real};
        values["trace_y"] = {terms.trace_generated};
        values["trace_root"] = {terms.trace_of_root};
        const comparison each = compare_expected(file, values);
        if (!(each.error <= worst.error)) worst = each;
    }
    return worst;
}

comparison vendi(const json& file) {
    only_options(file, {"kind"});
    const auto kind = file.at("params").get<std::string>("kind", "cosine");
    const Eigen::MatrixXd x = columns(file, "x");
    numbers weights;
    for (const char* name : {"weights", "p", "probabilities"})
        if (weights.empty()) weights = optional(file, name);
    Eigen::MatrixXd kernel;
    if (kind == "rbf") {
        kernel = metrics::similarities_of(x, metrics::gaussian_kernel{1});
    } else if (kind == "unnormalised kernel") {
        kernel = (x.transpose() * x).array().operator+(1).square().matrix();
    } else if (kind == "cosine" || kind == "weighted" || kind == "dual") {
        const Eigen::MatrixXd directions = x.colwise().normalized();
        kernel = directions.transpose() * directions;
    } else {
        throw diffgen::compat::unsupported("the similarity " + kind);
    }
    results values{{"kernel", list(kernel)}};
    for (const auto& [name, value] : file.at("expected").members()) {
        if (!name.starts_with("vendi_q")) continue;
        const std::string order = name.substr(7);
        const metrics::vendi_options options{order == "inf" ? INFINITY : std::stod(order), weights};
        const bool of_samples = kind == "cosine" || kind == "weighted" || kind == "dual";
        values[name] = {of_samples ? metrics::vendi_score(x, options)
                                   : metrics::vendi_score_of_similarities(kernel, options)};
    }
    return compare_expected(file, values);
}

const topics_of_this_file known{{"energy_distance", &energy_distance},
                                {"sliced_wasserstein", &sliced_wasserstein},
                                {"kernel_distance_subsets", &kernel_distance_subsets},
                                {"frechet_singular", &frechet_singular},
                                {"vendi", &vendi}};

}  // namespace

}  // namespace golden
