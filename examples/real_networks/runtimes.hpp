// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The same network on three runtimes. Their headers are in runtimes.cpp alone.

#include "measured.hpp"

#include <diffgen/bridge/any_runtime.hpp>
#include <diffgen/bridge/tensor.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace real_networks {

using runtimes = std::vector<std::pair<std::string, diffgen::bridge::any_runtime>>;

/// network.onnx of a folder on ONNX Runtime and OpenVINO, network.pt on LibTorch, which is told the
/// inputs and outputs that the file of the others declares.
runtimes three_runtimes(const std::filesystem::path& folder, int threads);

/// The runs of each runtime, one table; how far the runs from `first` on are from those of the
/// first runtime.
inline double print_all(const std::vector<std::pair<std::string, std::vector<result>>>& tables,
                        std::size_t first) {
    double apart = 0, share = 0;
    print_header();
    for (const auto& [name, rows] : tables)
        for (std::size_t i = 0; i < rows.size(); ++i) {
            print_row(name, rows[i]);
            share = std::max(share, rows[i].took.share());
            if (i >= first)
                apart = std::max(apart,
                                 largest_difference(tables[0].second[i].samples, rows[i].samples));
        }
    std::printf("The largest share of the library is %.2f%%. ", 100 * share);
    return apart;
}

}  // namespace real_networks
