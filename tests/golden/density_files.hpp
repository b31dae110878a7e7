// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the files on densities share: their mixtures of Gaussians.

#include <diffgen/posterior/mixture.hpp>

#include "topics.hpp"

#include <Eigen/Core>

#include <cstddef>

namespace golden {

/// `weights`, `means` and `stddevs` [K, D], or [K] of one dimension.
inline diffgen::posterior::mixture mixture_of(const json& m) {
    const auto columns = [&](const char* name) {
        const json& list = m.at(name);
        const std::size_t components = list.elements().size();
        const std::size_t elements = list.at(0).is_array() ? list.at(0).elements().size() : 1;
        Eigen::MatrixXd all(elements, components);
        for (std::size_t k = 0; k < components; ++k)
            for (std::size_t d = 0; d < elements; ++d)
                all(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(k)) =
                    (list.at(k).is_array() ? list.at(k).at(d) : list.at(k)).as<double>();
        return all;
    };
    const auto weights = m.get<numbers>("weights");
    const Eigen::Map<const Eigen::VectorXd> w(weights.data(),
                                              static_cast<Eigen::Index>(weights.size()));
    return diffgen::posterior::mixture::diagonal(w, columns("means"),
                                                 columns("stddevs").cwiseAbs2());
}

/// Elements [i D, (i + 1) D) of a list.
inline Eigen::Map<const Eigen::VectorXd> row_of(const numbers& all, std::size_t i, std::size_t D) {
    return {all.data() + i * D, static_cast<Eigen::Index>(D)};
}

}  // namespace golden
