// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Weights of a small network from safetensors files: good ones, and what is said of bad ones.

#include <diffgen/nn/load_small_network.hpp>

#include "../predictor/small_network.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

using namespace diffgen;
using testing::layers_of_numbers;

namespace {

constexpr network_shape small{.state = 2, .hidden = {5}, .condition = 1, .time_features = 2};
using net = small_network<small>;

/// A file of its own in the temporary directory, removed at the end.
struct temporary_file {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / "diffgen_load_small_network_test.safetensors";
    ~temporary_file() { std::filesystem::remove(path); }
};

/// The file that PyTorch would write for `names`.
io::safetensors file_of(const layers_of_numbers<float>& numbers, const network_shape& s,
                        const std::vector<std::string>& names) {
    io::safetensors file;
    for (std::size_t k = 0; k < names.size(); ++k) {
        const auto rows = static_cast<std::size_t>(s.outputs(static_cast<int>(k)));
        const auto columns = static_cast<std::size_t>(s.inputs(static_cast<int>(k)));
        file.set<float>(names[k] + ".weight", {rows, columns}, numbers.weights[k]);
        file.set<float>(names[k] + ".bias", {rows}, numbers.biases[k]);
    }
    return file;
}

/// What loading says of a file.
std::string refusal(const io::safetensors& file,
                    const std::vector<std::string>& names = sequential_names(2)) {
    const temporary_file f;
    io::write_safetensors(f.path, file);
    try {
        (void)load_small_network<net>(f.path, names);
    } catch (const error& e) {
        std::string text = e.what();
        if (const auto at = text.find(f.path.string()); at != std::string::npos)
            text.replace(at, f.path.string().size(), "FILE");
        return text;
    }
    return "nothing was thrown";
}

}  // namespace

TEST_CASE("what is loaded are the weights of the file, whatever their names") {
    const layers_of_numbers<float> numbers(small);
    const network_weights<net> expected(numbers.views());
    const temporary_file f;
    for (const auto& names : {sequential_names(2), sequential_names(2, "model.net."),
                              std::vector<std::string>{"input", "output"}}) {
        io::write_safetensors(f.path, file_of(numbers, small, names));
        const auto loaded = load_small_network<net>(f.path, names);
        CHECK(std::equal(loaded.data(), loaded.data() + loaded.size(), expected.data()));
    }
    CHECK(sequential_names(3, "a.") == std::vector<std::string>{"a.0", "a.2", "a.4"});
}

TEST_CASE("half the precision is accepted, and twice of it by a network of doubles") {
    layers_of_numbers<float> numbers(small);
    for (auto* list : {&numbers.weights, &numbers.biases})
        for (auto& values : *list)
            for (float& v : values)
                v = std::round(v * 256) / 256;  // exact in F16
    const network_weights<net> expected(numbers.views());
    auto file = file_of(numbers, small, sequential_names(2));
    const auto at_first = file;
    for (const auto& [name, held] : at_first.tensors)
        file.set_half(name, held.shape, at_first.get<float>(name).data);
    const temporary_file f;
    io::write_safetensors(f.path, file);
    const auto loaded = load_small_network<net>(f.path);
    CHECK(std::equal(loaded.data(), loaded.data() + loaded.size(), expected.data()));

    using wide_net = small_network<small, double>;
    const auto widened = load_small_network<wide_net>(f.path);
    CHECK(widened.data()[0] == static_cast<double>(expected.data()[0]));
    for (const auto& [name, held] : at_first.tensors) {
        std::vector<double> values;
        for (const float v : at_first.get<float>(name).data)
            values.push_back(static_cast<double>(v) + 1e-12);
        file.set<double>(name, held.shape, values);
    }
    io::write_safetensors(f.path, file);
    const auto doubles = load_small_network<wide_net>(f.path);
    CHECK(doubles.data()[0] == static_cast<double>(expected.data()[0]) + 1e-12);
}

TEST_CASE("what is missing or does not fit is said with what was expected and what was found") {
    const layers_of_numbers<float> numbers(small);
    const auto good = file_of(numbers, small, sequential_names(2));
    CHECK(refusal(good) == "nothing was thrown");

    auto file = good;
    file.tensors.erase("2.bias");
    CHECK(refusal(file) ==
          "diffgen: FILE has no tensor '2.bias', the bias of layer 1; it has 0.bias, 0.weight, "
          "2.weight");
    CHECK(
        refusal(io::safetensors{}) ==
        "diffgen: FILE has no tensor '0.weight', the weight [outputs, inputs] of layer 0 (inputs: "
        "state 2, time 2, condition 1); it has none");

    file = good;
    file.set<float>("0.weight", {5, 3}, std::vector<float>(15));
    CHECK(refusal(file) ==
          "diffgen: FILE: the tensor '0.weight', the weight [outputs, inputs] of layer 0 (inputs: "
          "state 2, time 2, condition 1), has the shape [5, 3], not [5, 5]");
    file = good;
    file.set<float>("2.weight", {5, 2}, std::vector<float>(10));  // transposed
    CHECK(refusal(file) ==
          "diffgen: FILE: the tensor '2.weight', the weight [outputs, inputs] of layer 1, has the "
          "shape [5, 2], not [2, 5]");
    file = good;
    file.set<double>("2.bias", {2}, std::vector<double>(2));
    CHECK(refusal(file) ==
          "diffgen: FILE: the tensor '2.bias', the bias of layer 1, holds F64, not F32, F16 or "
          "BF16");
    file = good;
    file.set<std::int32_t>("2.bias", {2}, std::vector<std::int32_t>(2));
    CHECK(refusal(file) ==
          "diffgen: FILE: the tensor '2.bias', the bias of layer 1, holds I32, not F32, F16 or "
          "BF16");
    file = good;
    std::vector<float> values = numbers.weights[1];
    values[3] = std::numeric_limits<float>::quiet_NaN();
    file.set<float>("2.weight", {2, 5}, values);
    CHECK(refusal(file) == "diffgen: FILE: number 3 of the tensor '2.weight' is nan");
    CHECK(refusal(good, {"0"}) == "diffgen: 1 names for the 2 layers of a small_network");
    CHECK_THROWS_AS((void)load_small_network<net>("no/such/file.safetensors"), bad_file);
}
