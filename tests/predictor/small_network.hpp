// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A small network with weights of its own, and the same network as plain loops in double.

#include <diffgen/noise/source.hpp>
#include <diffgen/predictor/network_weights.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace testing {

using diffgen::activation;
using diffgen::linear_layer;
using diffgen::network_shape;

/// The i-th of many normal numbers.
template <class T>
T normal_number(std::uint32_t draw, std::size_t i) {
    return diffgen::noise::philox{11}.normal<T>(diffgen::noise::stream::training, draw, i);
}

/// Layers as PyTorch holds them, with normal weights that keep numbers of order one.
template <class T>
struct layers_of_numbers {
    std::vector<std::vector<T>> weights, biases;

    explicit layers_of_numbers(const network_shape& s) {
        for (int k = 0; k < s.layers(); ++k) {
            const auto rows = static_cast<std::size_t>(s.outputs(k));
            const auto columns = static_cast<std::size_t>(s.inputs(k));
            auto& w = weights.emplace_back(rows * columns);
            for (std::size_t i = 0; i < w.size(); ++i)
                w[i] = normal_number<T>(static_cast<std::uint32_t>(2 * k), i) /
                       std::sqrt(static_cast<T>(columns)) * T(1.4);
            auto& b = biases.emplace_back(rows);
            for (std::size_t i = 0; i < rows; ++i)
                b[i] = T(0.3) * normal_number<T>(static_cast<std::uint32_t>(2 * k + 1), i);
        }
    }
    std::vector<linear_layer<T>> views() const {
        std::vector<linear_layer<T>> all;
        for (std::size_t k = 0; k < weights.size(); ++k)
            all.push_back({weights[k], biases[k]});
        return all;
    }
};

inline double plain(activation a, double x) {
    switch (a) {
        case activation::relu:
            return x > 0 ? x : 0;
        case activation::silu:
            return x / (1 + std::exp(-x));
        case activation::gelu_tanh:
            return x / 2 *
                   (1 + std::tanh(std::sqrt(2 / std::acos(-1.)) * (x + 0.044715 * x * x * x)));
        case activation::tanh:
            return std::tanh(x);
        default:
            return x;
    }
}

/// W_n f(... f(W_0 in + b_0) ...) + b_n by the definition.
template <class T>
std::vector<double> plain_network(const network_shape& s, const layers_of_numbers<T>& numbers,
                                  std::vector<double> in) {
    for (int k = 0; k < s.layers(); ++k) {
        const auto& w = numbers.weights[static_cast<std::size_t>(k)];
        std::vector<double> out;
        for (std::size_t j = 0; j < static_cast<std::size_t>(s.outputs(k)); ++j) {
            double sum = static_cast<double>(numbers.biases[static_cast<std::size_t>(k)][j]);
            for (std::size_t i = 0; i < in.size(); ++i)
                sum += static_cast<double>(w[j * in.size() + i]) * in[i];
            out.push_back(k + 1 == s.layers() ? sum : plain(s.function, sum));
        }
        in = out;
    }
    return in;
}

}  // namespace testing
