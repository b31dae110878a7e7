// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// First and second gradients of a scalar function on a tape against central differences.

#include <diffgen/nn/operations.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace gradient_check {

using diffgen::nn::extent;
using matrix = diffgen::nn::matrix<double>;
using variable = diffgen::nn::variable<double>;
using list = std::vector<variable>;

/// Entries spread over (low, high) without a pattern: the golden-ratio sequence.
inline matrix spread(extent rows, extent cols, double low, double high, double shift = 0.0) {
    matrix m(rows, cols);
    for (extent i = 0; i < m.size(); ++i) {
        const double u = static_cast<double>(i + 1) * 0.6180339887498949 + shift;
        m.data()[i] = low + (high - low) * (u - std::floor(u));
    }
    return m;
}

/// Central differences with step h: the truncation error is h^2 f'''/6, the rounding error
/// 1e-16 f / h; both are below 1e-9 for h = 1e-5 and values and derivatives of order one.
inline constexpr double step = 1e-5;
inline constexpr double tolerance = 1e-7;

/// `f` maps a list of variables to a variable of any shape. Checked are the gradients of
/// L = <c, f> with fixed c, and of the sum over all inputs of <d, dL/dx> with fixed d, which is
/// every second derivative contracted.
template <class F>
void check(F f, std::vector<matrix> at) {
    namespace nn = diffgen::nn;
    const auto loss = [&](nn::tape<double>& tape, const std::vector<variable>& x) {
        const auto y = f(x);
        return sum(tape.constant(spread(y.rows(), y.cols(), 0.5, 1.5)) * y);
    };
    const auto directional = [&](nn::tape<double>& tape, const std::vector<variable>& x) {
        const auto g = grad(loss(tape, x), x);
        auto total = tape.scalar(0.0);
        for (const auto& part : g)
            total = total + sum(tape.constant(spread(part.rows(), part.cols(), -1, 1, 0.3)) * part);
        return total;
    };
    const auto value = [&](auto&& function) {
        nn::tape<double> tape;
        std::vector<variable> x;
        for (const auto& m : at)
            x.push_back(tape.constant(m));
        return function(tape, x).item();
    };
    const auto compare = [&](auto&& function) {
        nn::tape<double> tape;
        std::vector<variable> x;
        for (const auto& m : at)
            x.push_back(tape.constant(m));
        const auto g = grad(function(tape, x), x);
        for (std::size_t k = 0; k < at.size(); ++k)
            for (extent i = 0; i < at[k].size(); ++i) {
                double& entry = at[k].data()[i];
                const double kept = entry;
                entry = kept + step;
                const double above = value(function);
                entry = kept - step;
                const double below = value(function);
                entry = kept;
                const double expected = (above - below) / (2 * step);
                const double found = g[k].value().data()[i];
                INFO("input ", k, ", entry ", i, ": ", found, " against ", expected);
                CHECK(std::abs(found - expected) <= tolerance * std::max(1.0, std::abs(expected)));
            }
    };
    compare(loss);
    compare(directional);
}

}  // namespace gradient_check
