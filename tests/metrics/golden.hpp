// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reading the golden values of measures; tests/golden_metrics/README.md describes the files.

#include <diffgen/io/json.hpp>
#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace golden {

/// All stored cases of a measure, in the order of their names.
inline std::vector<diffgen::io::json> cases(const std::string& measure) {
    const auto folder = std::filesystem::path(__FILE__).parent_path().parent_path();
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "golden_metrics")) {
        if (entry.path().filename().string().starts_with(measure + "-")) paths.push_back(entry);
    }
    std::sort(paths.begin(), paths.end());
    std::vector<diffgen::io::json> result;
    for (const auto& path : paths)
        result.push_back(diffgen::io::read_json(path));
    return result;
}

/// An input of a case, turned so that a column is a sample.
inline diffgen::metrics::matrix samples(const diffgen::io::json& golden_case,
                                        const std::string& name) {
    const diffgen::io::json& input = golden_case.at("inputs").at(name);
    const auto shape = input.get<std::vector<Eigen::Index>>("shape");
    const auto data = input.get<std::vector<double>>("data");
    return Eigen::Map<const diffgen::metrics::matrix>(data.data(), shape.at(1), shape.at(0));
}

}  // namespace golden
