// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The digits as what they are, 64 pixels of 17 levels, and back as pixels of [-1, 1] for the
// measures.

#include <diffgen/io/csv.hpp>
#include <diffgen/nn/dropout.hpp>
#include <diffgen/nn/matrix.hpp>
#include <diffgen/nn/shuffle.hpp>
#include <diffgen/nn/trainer.hpp>

#include <cstdint>
#include <filesystem>

namespace families {

namespace nn = diffgen::nn;
using matrix = nn::matrix<float>;

inline constexpr int pixels = 64, levels = 17;

/// A column a digit, of levels 0 .. 16. Throws bad_file.
inline matrix read_levels(const std::filesystem::path& path) {
    const auto table = diffgen::io::read_csv(path);
    if (table.columns != pixels + 1)
        throw diffgen::bad_file("diffgen: " + path.string() +
                                " has no 64 pixels and a class a line");
    return Eigen::Map<const Eigen::MatrixXd>(table.values.data(), pixels + 1,
                                             static_cast<Eigen::Index>(table.rows))
        .topRows(pixels)
        .cast<float>();
}

/// The digits of a part of a training batch: all of them once an epoch, in an order of its own.
inline matrix batch_of(const matrix& data, const nn::shard<float>& part) {
    const nn::shuffle order(data.cols(), diffgen::noise::philox{11});
    matrix x(data.rows(), part.count);
    for (std::int64_t i = 0; i < part.count; ++i)
        x.col(i) = data.col(order(part.step * part.batch + part.first + i));
    return x;
}

/// Weights with which a network drops units, another set for every sample.
inline nn::dropping<float> dropping(const nn::shard<float>& part, double rate) {
    return {part.weights, rate, diffgen::noise::philox{12}, static_cast<std::uint32_t>(part.step),
            static_cast<std::uint64_t>(part.first)};
}

}  // namespace families
