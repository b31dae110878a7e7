// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Networks in a program that changes Eigen's storage order: the tests of the residual network once
// more, and numbers that are known.
#define EIGEN_DEFAULT_TO_ROW_MAJOR

#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/weights_file.hpp>

#include "../io/io_testing.hpp"
#include "residual_mlp_test.cpp"

static_assert(Eigen::MatrixXd::IsRowMajor);

TEST_CASE("a product, and weights in a file, under a row-major default") {
    nn::matrix<double> a(2, 2), b(2, 1);
    a << 1, 2, 3, 4;
    b << 1, 10;
    nn::tape<double> tape;
    const auto y = matmul(tape.constant(a), tape.constant(b));
    CHECK(y.value()(0) == 21);
    CHECK(y.value()(1) == 43);
    const Eigen::MatrixXd rows = a;  // an operand of the program's own order
    CHECK(matmul(tape.constant(rows), tape.constant(b)).value()(1) == 43);

    nn::parameters<float> list;
    const auto w = list.add("w", 2, 3);
    list[w] << 1, 2, 3, 4, 5, 6;
    const scratch_folder folder;
    nn::save_weights(list, folder.path / "w.safetensors");
    const auto file = diffgen::io::read_safetensors(folder.path / "w.safetensors");
    CHECK(file.get<float>("w").data == std::vector<float>{1, 2, 3, 4, 5, 6});
    auto read = list.zeros_like();
    nn::load_weights(read, folder.path / "w.safetensors");
    CHECK(std::ranges::equal(read.values(), list.values()));
}
