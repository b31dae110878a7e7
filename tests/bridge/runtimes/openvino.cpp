// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// tiny.onnx on OpenVINO itself, and the errors of that runtime.

#include "agreement.hpp"
#include "failures.hpp"
#include "tiny_network.hpp"

#include <diffgen/bridge/openvino.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

bridge::openvino loaded(const std::filesystem::path& file, int threads) {
    return bridge::openvino(file, {.threads = threads});
}

}  // namespace

TEST_CASE("OpenVINO in the fewest lines") {
    const std::string file = tiny::file();
    const std::vector<float> bias{0.5f, -0.25f, 2, -1};
    const std::vector<int> classes{2, 0, 1};
    std::vector<float> x(3 * 4);
    // [use]
    bridge::network net{bridge::openvino(file, {.threads = 2}),
                        {.state = "x", .time = "t", .condition = "k", .output = "y"}};
    net.give("bias", std::span(bias), {1, 4});  // an input beside: one row for the whole batch

    const int no_class = -1;
    const sampler s{
        schedule::linear_beta{}, kernel::variance_preserving{},
        guided{predicts(epsilon{}, labelled{net, classes, no_class}, time_input::time{}),
               classifier_free{.w = 1.5}},
        solver::ddim{}};
    s.generate(exec::cpp, batch(x, 3), {.steps = 20, .seed = 7});
    // [use]
    tiny::check_guided(x, bias, classes, no_class);
}

TEST_CASE("OpenVINO evaluates the file as the formula says") {
    tiny::check_threads([](int threads) { return loaded(tiny::file(), threads); });
}

TEST_CASE("OpenVINO's errors are diffgen's") {
    tiny::check_failures("OpenVINO", tiny::file(), loaded);
    check_refused<bridge::network_failed>(
        [] { bridge::openvino(tiny::file(), {.device = "ABACUS"}); }, {"OpenVINO", "ABACUS"});
}
