// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the files on densities share: their mixtures of Gaussians.

#include <diffgen/density/diagonal_mixture.hpp>

#include "topics.hpp"

#include <cstddef>
#include <utility>

namespace golden {

/// `weights`, `means` and `stddevs` [K, D], or [K] of one dimension.
inline diffgen::density::diagonal_mixture mixture_of(const json& m) {
    const auto flat = [&](const char* name) {
        numbers all;
        const json& list = m.at(name);
        for (std::size_t k = 0; k < list.elements().size(); ++k) {
            if (list.at(k).is_array())
                for (std::size_t d = 0; d < list.at(k).elements().size(); ++d)
                    all.push_back(list.at(k).at(d).as<double>());
            else
                all.push_back(list.at(k).as<double>());
        }
        return all;
    };
    numbers variances = flat("stddevs");
    for (double& s : variances)
        s *= s;
    return {m.get<numbers>("weights"), flat("means"), std::move(variances)};
}

}  // namespace golden
