// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the replays of families share: inputs as parameters and as samples in columns, and all that
// a file of a bijection expects.

#include <diffgen/family/mapped.hpp>
#include <diffgen/nn/parameters.hpp>

#include "topics.hpp"

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace golden {

namespace family = diffgen::family;
namespace nn = diffgen::nn;
using matrix = nn::matrix<double>;
using diffgen::compat::unsupported;

inline bool has_input(const json& file, const std::string& name) {
    return file.at("inputs").contains(name);
}

/// An input of any shape, one column for each value of its first index.
inline matrix columns_of(const json& file, const std::string& name) {
    const auto data = input(file, name);
    const auto samples = static_cast<nn::extent>(shape_of(file, name).at(0));
    return Eigen::Map<const matrix>(data.data(), static_cast<nn::extent>(data.size()) / samples,
                                    samples);
}

/// An input as a matrix: its first index is the row; a list is a column, a number 1 x 1.
inline matrix matrix_of(const json& file, const std::string& name) {
    if (!file.at("inputs").at(name).is_object())
        return matrix::Constant(1, 1, input(file, name)[0]);
    return columns_of(file, name).transpose();
}

inline std::size_t add_parameter(nn::parameters<double>& list, const std::string& name,
                                 const matrix& value) {
    const auto number = list.add(name, value.rows(), value.cols());
    list[number] = value;
    return number;
}
inline std::size_t add_input(nn::parameters<double>& list, const json& file,
                             const std::string& name) {
    return add_parameter(list, name, matrix_of(file, name));
}

/// The numbers of a matrix of samples in columns, sample after sample.
template <class Matrix>
numbers by_column(const Matrix& m) {
    const matrix all = m;
    return {all.data(), all.data() + all.size()};
}
template <class Matrix>
numbers by_row(const Matrix& m) {
    return by_column(matrix(m.transpose()));
}
inline numbers by_column(const nn::values<double>& v) {
    return {v.data(), v.data() + v.size()};
}

/// The normal log-density of points in columns.
template <class X>
X normal_log_density(const X& y) {
    return sum_over_rows(square(y)) * -0.5 -
           0.5 * std::log(2 * 3.141592653589793238) * static_cast<double>(y.rows());
}

/// What a bijection gives at the samples x and y (where the file has them), as values, and the
/// gradients of the sum of log_prob by x and by every parameter of the list, on a tape.
template <class Map>
results replay_bijection(const json& file, const Map& map, const nn::parameters<double>& list,
                         bool log_det_by_element = false) {
    results r;
    const auto w = nn::constants(list);
    const matrix x = columns_of(file, "x");
    const auto forward = map.forward(w, nn::values<double>(x));
    r["forward"] = by_column(forward.value);
    r["forward_logabsdet"] = by_column(forward.log_det);
    if (has_input(file, "y")) {
        const auto inverse = map.inverse(w, nn::values<double>(columns_of(file, "y")));
        r["inverse"] = by_column(inverse.value);
        r["inverse_logabsdet"] = by_column(inverse.log_det);
    }
    nn::tape<double> tape;
    const auto leaves = list.on(tape);
    const auto point = tape.constant(x);
    const auto m = map.forward(leaves, point);
    const auto log_prob =
        normal_log_density(m.value) + (log_det_by_element ? sum_over_rows(m.log_det) : m.log_det);
    r["log_prob"] = by_column(log_prob.value());
    auto wanted = leaves;
    wanted.push_back(point);
    const auto g = grad(sum(log_prob), wanted);
    r["grad_log_prob_x"] = by_column(g.back().value());
    for (std::size_t i = 0; i < leaves.size(); ++i)
        r["grad_log_prob_" + list.entries()[i].name] = by_row(g[i].value());
    return r;
}

}  // namespace golden
