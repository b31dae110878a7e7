// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Curves of scores and similarities of pictures by other implementations;
// tests/golden_models/README.md describes the files.

#include <diffgen/compat/piq.hpp>
#include <diffgen/compat/prd.hpp>
#include <diffgen/compat/torchmetrics.hpp>
#include <diffgen/metrics/ranking.hpp>

#include "topics.hpp"

#include <Eigen/Core>

#include <cstddef>
#include <string>
#include <vector>

namespace golden {

namespace {

namespace compat = diffgen::compat;
namespace metrics = diffgen::metrics;

comparison prd_curve(const json& file) {
    only_options(file, {"angles", "epsilon", "kind"});
    const json& params = file.at("params");
    const double epsilon = params.get<double>("epsilon", 1e-10);
    const auto curve = compat::prd::curve(input(file, "evaluated"), input(file, "reference"),
                                          params.get<int>("angles", 1001), epsilon);
    results values;
    for (const auto& [precision, recall] : curve) {
        values["precision"].push_back(precision);
        values["recall"].push_back(recall);
    }
    values["f8"] = {compat::prd::f_beta(curve, 8)};
    values["f1_8"] = {compat::prd::f_beta(curve, 1.0 / 8)};
    return compare_expected(file, values);
}

comparison roc_ties(const json& file) {
    only_options(file, {"kind"});
    std::vector<int> labels;
    for (const double label : input(file, "label"))
        labels.push_back(label == 1 ? 1 : label == 0 ? 0 : -1);  // -1 is refused
    metrics::ranking ranked;
    ranked.add(input(file, "score"), labels);
    results values{{"auroc", {ranked.auroc()}},
                   {"average_precision", {ranked.average_precision()}}};
    for (const auto& [of_zeros, of_ones] : ranked.characteristic()) {
        values["false_positive_rate"].push_back(of_zeros);
        values["true_positive_rate"].push_back(of_ones);
    }
    for (const auto& [precision, recall] : ranked.precision_and_recall_curve()) {
        values["precision"].push_back(precision);
        values["recall"].push_back(recall);
    }
    return compare_expected(file, values);
}

/// The channels of a picture, turned over; values as the file says that they are stored.
std::vector<metrics::matrix> channels(const json& file, const std::string& name) {
    const auto scale = file.at("params").get<std::string>("value_scale", "as stored");
    if (scale != "as stored" && scale != "stored value / 255")
        throw compat::unsupported("values stored as " + scale);
    const auto shape = shape_of(file, name);
    const numbers data = input(file, name);
    std::vector<metrics::matrix> result;
    for (std::size_t c = 0; c < shape.at(0); ++c) {
        const Eigen::Map<const Eigen::MatrixXd> stored(data.data() + c * shape.at(1) * shape.at(2),
                                                       static_cast<Eigen::Index>(shape.at(2)),
                                                       static_cast<Eigen::Index>(shape.at(1)));
        result.emplace_back(scale == "as stored" ? stored / 1.0 : stored / 255.0);
    }
    return result;
}

compat::torchmetrics::normalize normalisation(const json& params) {
    using compat::torchmetrics::normalize;
    if (!params.contains("normalize") || params.at("normalize").is_null()) return normalize::none;
    const auto name = params.get<std::string>("normalize");
    if (name == "relu") return normalize::relu;
    if (name == "simple") return normalize::simple;
    throw compat::unsupported("normalize = " + name);
}

comparison ms_ssim(const json& file) {
    only_options(file, {"form", "kernel_size", "sigma", "betas", "normalize", "data_range", "k1",
                        "k2", "value_scale"});
    const json& params = file.at("params");
    const auto form = params.get<std::string>("form");
    const auto betas = params.get<numbers>("betas");
    const double range = params.get<double>("data_range", 1), sigma = params.get<double>("sigma");
    const double k1 = params.get<double>("k1", 0.01), k2 = params.get<double>("k2", 0.03);
    const auto x = channels(file, "x"), y = channels(file, "y");
    if (form == "torchmetrics") {
        return compare_expected(
            file, {{"ms_ssim",
                    {compat::torchmetrics::multiscale_structural_similarity(
                        x, y, {range, sigma, betas, normalisation(params), k1, k2})}}});
    }
    if (form == "piq") {
        return compare_expected(
            file, {{"ms_ssim",
                    {compat::piq::multiscale_structural_similarity(
                        x, y, {params.get<int>("kernel_size"), sigma, range, betas, k1, k2})}}});
    }
    throw compat::unsupported("the form " + form);
}

const topics_of_this_file known{
    {"prd_curve", &prd_curve}, {"roc_ties", &roc_ties}, {"ms_ssim", &ms_ssim}};

}  // namespace

}  // namespace golden
