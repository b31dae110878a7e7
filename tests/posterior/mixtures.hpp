// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Mixtures for the tests of posterior sampling.

#include <diffgen/noise/source.hpp>
#include <diffgen/posterior/mixture.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace mixtures {

using diffgen::posterior::Index;
using diffgen::posterior::matrix;
using diffgen::posterior::mixture;
using diffgen::posterior::vector;

/// A matrix of normals that seed and sizes decide.
inline matrix normals(Index rows, Index cols, std::uint64_t seed) {
    const diffgen::noise::philox random{seed};
    matrix m(rows, cols);
    for (Index i = 0; i < m.size(); ++i)
        m.data()[i] =
            random.normal<double>(diffgen::noise::stream::data, 9, static_cast<std::uint64_t>(i));
    return m;
}

/// d dimensions, K components with covariances of no particular axes.
inline mixture full(Index d, Index K, std::uint64_t seed = 1) {
    vector weights(K);
    std::vector<matrix> covariances;
    for (Index k = 0; k < K; ++k) {
        weights[k] = 1 + static_cast<double>(k % 3);
        const matrix root = 0.5 * normals(d, d, seed + 10 + static_cast<std::uint64_t>(k));
        covariances.push_back(root * root.transpose() / static_cast<double>(d) +
                              0.02 * matrix::Identity(d, d));
    }
    return mixture::full(std::move(weights), normals(d, K, seed), covariances);
}

}  // namespace mixtures
