// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The integral of all exponential integrators: an exponential times a polynomial through given
// nodes (Lu et al. 2022, DPM-Solver, proposition 3.1; Zhang and Chen 2023, DEIS; Xue et al. 2023,
// SA-Solver).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/scalar.hpp>

#include <array>
#include <cmath>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// Most nodes of one polynomial.
inline constexpr int max_nodes = 4;

namespace detail {

/// psi_k(x) = int_0^1 exp(x (u - 1)) u^k du for k = 0 .. max_nodes - 1. By its series where |x| is
/// small, else by the recurrence psi_k = (1 - k psi_{k-1}) / x, which is stable there.
[[nodiscard]] inline std::array<double, max_nodes> exponential_moments(double x) {
    std::array<double, max_nodes> psi{};
    if (std::abs(x) < 1.5) {
        for (int k = 0; k < max_nodes; ++k) {
            // sum over j of (-x)^j k! / (k + j + 1)!
            double term = 1. / (k + 1), sum = term;
            for (int j = 1; j < 30; ++j) {
                term = product(term, -x / (k + j + 1));
                sum += term;
            }
            psi[static_cast<std::size_t>(k)] = sum;
        }
        return psi;
    }
    psi[0] = -std::expm1(-x) / x;
    for (std::size_t k = 1; k < max_nodes; ++k)
        psi[k] = (1 - product(static_cast<double>(k), psi[k - 1])) / x;
    return psi;
}

}  // namespace detail

/// w with int_0^h exp(rate (s - h)) P(s) ds = sum over i of w_i P(nodes_i), P the polynomial of
/// degree count - 1 through the nodes.
[[nodiscard]] inline std::array<double, max_nodes> exponential_weights(
    double rate, double h, const std::array<double, max_nodes>& nodes, int count) {
    std::array<double, max_nodes> weights{};
    const auto psi = detail::exponential_moments(rate * h);
    const auto n = static_cast<std::size_t>(count);
    for (std::size_t i = 0; i < n; ++i) {
        // coefficients of the Lagrange polynomial of node i in u = s / h, lowest first
        std::array<double, max_nodes> c{1};
        std::size_t degree = 0;
        for (std::size_t j = 0; j < n; ++j) {
            if (j == i) continue;
            const double scale = h / (nodes[i] - nodes[j]), root = nodes[j] / h;
            ++degree;
            for (std::size_t k = degree; k > 0; --k)
                c[k] = product(scale, c[k - 1] - product(root, c[k]));
            c[0] = product(-scale * root, c[0]);
        }
        for (std::size_t k = 0; k < n; ++k)
            weights[i] += product(h * c[k], psi[k]);
    }
    return weights;
}

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
