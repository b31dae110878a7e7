// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a runtime refuses, and how that arrives.

#include "check_refused.hpp"
#include "tiny_network.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace tiny {

inline std::filesystem::path file() {
    return std::filesystem::path(DIFFGEN_TESTS_DIR) / "bridge/data/tiny.onnx";
}

/// load(path, threads) makes the runtime from a file, and `good` is one that it can read.
template <class Load>
void check_failures(const char* name, const std::filesystem::path& good, const Load& load) {
    const auto missing = std::filesystem::temp_directory_path() / "no such network.onnx";
    check_refused<bad_file>([&] { load(missing, 0); }, {name, "no such network.onnx"});

    const auto damaged =
        std::filesystem::temp_directory_path() / ("damaged" + std::to_string(getpid()) + ".onnx");
    std::ofstream(damaged) << "these are no weights";
    check_refused<bad_file>([&] { load(damaged, 0); }, {name, damaged.filename().string()});
    std::filesystem::remove(damaged);

    check_refused<bad_argument>([&] { load(good, -1); }, {"threads = -1"});

    // Three rows of bias fit no batch of two: the runtime finds out, and can go on.
    bridge::network net{load(good, 0), names()};
    const std::vector<float> bias(12);
    const std::vector<int> labels{1, 2};
    std::vector<float> x{1, 2, 3, 4, 5, 6, 7, 8}, y(8);
    noise_level level;
    level.network_time = 2;
    const auto call = [&](std::vector<float>& out) {
        net(batch_view<const float>(x.data(), 2, 4), batch_view<float>(out.data(), 2, 4), level,
            std::span<const int>(labels));
    };
    net.give("bias", std::span(bias), {3, 4});
    check_refused<bridge::network_failed>([&] { call(y); }, {name, "evaluation"});
    net.give("bias", std::span(bias).first(8), {2, 4});
    const std::vector<float> expected{3, 5, 7, 9, 12, 14, 16, 18};
    call(y);
    CHECK(y == expected);

    // Two threads at once.
    std::vector<float> other(8);
    std::thread second([&] {
        for (int i = 0; i < 50; ++i)
            call(other);
    });
    for (int i = 0; i < 50; ++i)
        call(y);
    second.join();
    CHECK(y == expected);
    CHECK(other == expected);
}

}  // namespace tiny
