// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is measured of a digit: five linear operators, with noise.

#include <diffgen/nn/shuffle.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/posterior/operators/dense.hpp>
#include <diffgen/posterior/operators/selection.hpp>
#include <diffgen/posterior/operators/separable.hpp>

#include "../digits/data.hpp"

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace restoration {

namespace posterior = diffgen::posterior;
using posterior::Index;
using posterior::matrix;
using posterior::vector;

constexpr Index pixels = 64;
constexpr double noise = 0.05;  // of the measurement; a digit goes from -1 to 1

/// Digits, a column each.
struct pictures {
    matrix values;
    std::vector<int> labels;
};

/// The first `most` digits of a file.
inline pictures read(const char* name, Index most) {
    auto d = digits::read_digits(std::string(DIFFGEN_DIGITS_DATA "/") + name);
    const Eigen::Map<const Eigen::MatrixXf> all(d.pixel_values.data(), pixels,
                                                static_cast<Index>(d.count()));
    const Index n = std::min(most, all.cols());
    d.labels.resize(static_cast<std::size_t>(n));
    return {all.leftCols(n).cast<double>(), std::move(d.labels)};
}

/// A task: what is measured, and which pixels are not known from it.
struct task {
    std::string name;
    posterior::dense a;
    std::vector<Index> unknown;
};

/// Those pixels hidden of which hides(i) holds.
template <class Hides>
task hidden(std::string name, Hides hides) {
    std::vector<Index> seen, unseen;
    for (Index i = 0; i < pixels; ++i)
        (hides(i) ? unseen : seen).push_back(i);
    return {std::move(name), posterior::dense(posterior::matrix_of(posterior::mask(pixels, seen))),
            unseen};
}
/// Only means of size x size pixels known.
inline task means(std::string name, Index size) {
    std::vector<Index> all;
    for (Index i = 0; i < pixels; ++i)
        all.push_back(i);
    return {std::move(name),
            posterior::dense(posterior::matrix_of(posterior::block_mean({1, 8, 8}, size, size))),
            all};
}

inline std::vector<task> tasks() {
    const diffgen::nn::shuffle order(pixels, diffgen::noise::philox{21});
    const auto inner = [](Index i) { return i >= 2 && i < 6; };
    std::vector<task> all;
    all.push_back(hidden("lower half hidden", [](Index i) { return i >= 32; }));
    all.push_back(
        hidden("centre 4 x 4 hidden", [&](Index i) { return inner(i / 8) && inner(i % 8); }));
    all.push_back(hidden("32 random pixels", [&](Index i) { return order(i) < 32; }));
    all.push_back(means("means of 2 x 2", 2));
    all.push_back(means("means of 4 x 4", 4));
    return all;
}

/// A measurement of every digit. number: of the task, which decides the noise.
inline matrix measure(const task& t, std::uint32_t number, const matrix& truth) {
    matrix y(t.a.rows(), truth.cols());
    for (Index i = 0; i < y.cols(); ++i)
        y.col(i) = t.a.apply(truth.col(i));
    matrix z(y.rows(), y.cols());
    for (Index i = 0; i < z.size(); ++i)
        z.data()[i] = diffgen::noise::philox{8}.normal<double>(diffgen::noise::stream::data, number,
                                                               static_cast<std::uint64_t>(i));
    return y + noise * z;
}

}  // namespace restoration
