// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/weights_file.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace nn = diffgen::nn;

namespace {

nn::parameters<float> small_list() {
    nn::parameters<float> list;
    const auto w = list.add("layer.weight", 2, 3), b = list.add("layer.bias", 2, 1);
    list[w] << 1, 2, 3, 4, 5, 6;
    list[b] << 7, 8;
    return list;
}

}  // namespace

TEST_CASE("weights come back from a file, and lie there as (outputs, inputs), row-major") {
    const auto path = std::filesystem::temp_directory_path() / "diffgen_weights_test.safetensors";
    const auto list = small_list();
    nn::save_weights(list, path);
    const auto file = diffgen::io::read_safetensors(path);
    const auto w = file.get<float>("layer.weight"), b = file.get<float>("layer.bias");
    CHECK(w.shape == std::vector<std::size_t>{2, 3});
    CHECK(w.data == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(b.shape == std::vector<std::size_t>{2});

    auto read = list.zeros_like();
    nn::load_weights(read, path);
    CHECK(std::ranges::equal(read.values(), list.values()));

    nn::parameters<float> other;
    other.add("layer.weight", 3, 2);
    const std::string refusal =
        "diffgen: " + path.string() + ": the tensor 'layer.weight' has shape (2, 3), not (3, 2)";
    CHECK_THROWS_WITH_AS(nn::load_weights(other, path), refusal.c_str(), diffgen::bad_shape);
    std::filesystem::remove(path);
    CHECK_THROWS_AS(nn::load_weights(read, path), diffgen::bad_file);
}

TEST_CASE("parameters: one aligned piece of memory, names used once") {
    auto list = small_list();
    CHECK(list.count() == 8);
    CHECK(list.entries()[1].offset == 16);
    CHECK(list.values().size() == 32);
    CHECK_THROWS_WITH_AS(list.add("layer.bias", 1, 1),
                         "diffgen: two parameters are named layer.bias", diffgen::bad_argument);
}
