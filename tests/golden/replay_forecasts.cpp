// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Scores of forecasts by other implementations; tests/golden_models/README.md describes the files.

#include <diffgen/metrics/dependence_scores.hpp>
#include <diffgen/metrics/energy_score.hpp>
#include <diffgen/metrics/interval_coverage.hpp>
#include <diffgen/metrics/interval_score.hpp>
#include <diffgen/metrics/rank_histogram.hpp>
#include <diffgen/metrics/ranked_probability_score.hpp>

#include "topics.hpp"

#include <Eigen/Core>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace golden {

namespace {

namespace metrics = diffgen::metrics;

/// The rows of an input, all of the same length.
class rows {
  public:
    rows(const json& file, const std::string& name)
        : data_(input(file, name)), length_(data_.size() / shape_of(file, name).at(0)) {}

    std::span<const double> operator[](std::size_t i) const {
        return {data_.data() + i * length_, length_};
    }

  private:
    numbers data_;
    std::size_t length_;
};

bool has(const json& file, const char* name) {
    return file.at("inputs").contains(name);
}

/// Forecasts whose parameters are numbers.
comparison crps_of_parameters(const json& file, const numbers& y) {
    const numbers at = input(file, "location"), scale = input(file, "scale");
    results values;
    for (std::size_t i = 0; i < y.size(); ++i) {
        values["normal"].push_back(metrics::crps_of_gaussian(y[i], at[i], scale[i]));
        values["logistic"].push_back(metrics::crps_of_logistic(y[i], at[i], scale[i]));
        values["laplace"].push_back(metrics::crps_of_laplace(y[i], at[i], scale[i]));
    }
    return compare_expected(file, values);
}

comparison crps_of_truncated(const json& file, const numbers& y) {
    const numbers at = input(file, "location"), scale = input(file, "scale");
    const auto limit = [&](const char* name, double missing) {
        if (!has(file, name)) return numbers(y.size(), missing);
        const numbers given = input(file, name);
        return given.size() == 1 ? numbers(y.size(), given[0]) : given;
    };
    const numbers lower = limit("lower", -INFINITY), upper = limit("upper", INFINITY);
    numbers values;
    for (std::size_t i = 0; i < y.size(); ++i)
        values.push_back(
            metrics::crps_of_truncated_gaussian(y[i], at[i], scale[i], lower[i], upper[i]));
    return compare_expected(file, {{"values", values}, {"truncated_normal", values}});
}

comparison crps_of_mixtures(const json& file, const numbers& y) {
    const rows means(file, "means"), deviations(file, "stddevs"), weights(file, "weights");
    numbers values;
    for (std::size_t i = 0; i < y.size(); ++i)
        values.push_back(
            metrics::crps_of_gaussian_mixture(y[i], means[i], deviations[i], weights[i]));
    return compare_expected(file, {{"values", values}});
}

comparison crps_of_quantiles(const json& file, const numbers& y) {
    const numbers levels = input(file, has(file, "levels") ? "levels" : "alpha");
    const rows quantiles(file, has(file, "quantiles") ? "quantiles" : "ensemble");
    numbers values;
    for (std::size_t i = 0; i < y.size(); ++i)
        values.push_back(metrics::crps_of_quantiles(y[i], levels, quantiles[i]));
    return compare_expected(file, {{"values", values}, {"quantile", values}});
}

comparison crps(const json& file) {
    only_options(file, {"kind"});
    const numbers y = input(file, "observation");
    if (has(file, "quantiles") || has(file, "levels") || has(file, "alpha"))
        return crps_of_quantiles(file, y);
    if (has(file, "means")) return crps_of_mixtures(file, y);
    if (has(file, "lower") || has(file, "upper")) return crps_of_truncated(file, y);
    if (has(file, "location")) return crps_of_parameters(file, y);
    const rows ensemble(file, "ensemble");
    results values;
    for (std::size_t i = 0; i < y.size(); ++i) {
        if (has(file, "weights")) {
            values["unfair"].push_back(
                metrics::crps_of_samples(y[i], ensemble[i], rows(file, "weights")[i]));
        } else {
            values["unfair"].push_back(metrics::crps_of_samples(y[i], ensemble[i]));
            values["fair"].push_back(metrics::fair_crps_of_samples(y[i], ensemble[i]));
        }
    }
    return compare_expected(file, values);
}

comparison energy_score(const json& file) {
    only_options(file, {});
    const rows observed(file, "observation"), ensembles(file, "ensemble");
    const auto shape = shape_of(file, "ensemble");
    const auto m = static_cast<Eigen::Index>(shape.at(1)), d = static_cast<Eigen::Index>(shape[2]);
    results values;
    for (std::size_t i = 0; i < shape[0]; ++i) {
        const Eigen::VectorXd y = Eigen::Map<const Eigen::VectorXd>(observed[i].data(), d);
        const Eigen::MatrixXd x = Eigen::Map<const Eigen::MatrixXd>(ensembles[i].data(), d, m);
        values["energy_unfair"].push_back(metrics::energy_score(y, x));
        values["energy_fair"].push_back(metrics::fair_energy_score(y, x));
        values["variogram_half"].push_back(metrics::variogram_score(y, x, 0.5));
        values["variogram_one"].push_back(metrics::variogram_score(y, x, 1));
        values["dawid_sebastiani"].push_back(metrics::dawid_sebastiani_score(y, x));
    }
    return compare_expected(file, values);
}

comparison ranks(const json& file) {
    only_options(file, {"kind", "levels"});
    const numbers y = input(file, "observation"), u = input(file, "uniform");
    const rows ensemble(file, "ensemble");
    results values;
    metrics::rank_histogram histogram(static_cast<std::int64_t>(ensemble[0].size()));
    for (std::size_t i = 0; i < y.size(); ++i) {
        const auto place = metrics::place_of(y[i], ensemble[i]);
        values["rank"].push_back(static_cast<double>(place.rank(u[i])));
        values["randomised_pit"].push_back(place.integral_transform(u[i]));
        histogram.add(y[i], ensemble[i], u[i]);
    }
    values["histogram"].assign(histogram.counts().begin(), histogram.counts().end());
    for (const double level : file.at("params").get<numbers>("levels")) {
        metrics::interval_coverage coverage;
        for (std::size_t i = 0; i < y.size(); ++i)
            coverage.add(y[i], {metrics::quantile(ensemble[i], (1 - level) / 2),
                                metrics::quantile(ensemble[i], (1 + level) / 2)});
        values["coverage_central"].push_back(coverage.share());
    }
    return compare_expected(file, values);
}

comparison interval(const json& file) {
    if (has(file, "ensemble")) return ranks(file);
    only_options(file, {});
    const numbers y = input(file, "observation"), median = input(file, "median");
    const numbers alpha = input(file, "alpha");
    const rows lower(file, "lower"), upper(file, "upper");
    numbers levels;
    for (const double a : alpha)
        levels.push_back(1 - a);
    results values;
    std::vector<metrics::interval_coverage> coverage(alpha.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
        std::vector<metrics::interval> stated;
        for (std::size_t k = 0; k < alpha.size(); ++k) {
            stated.push_back({lower[i][k], upper[i][k]});
            coverage[k].add(y[i], stated[k]);
            values["interval_score"].push_back(metrics::interval_score(y[i], stated[k], levels[k]));
        }
        values["weighted_interval_score"].push_back(
            metrics::weighted_interval_score(y[i], median[i], stated, levels));
    }
    for (const auto& each : coverage) {
        values["coverage"].push_back(each.share());
        values["mean_width"].push_back(each.mean_width());
    }
    return compare_expected(file, values);
}

const topics_of_this_file known{
    {"crps", &crps}, {"energy_score", &energy_score}, {"interval", &interval}};

}  // namespace

}  // namespace golden
