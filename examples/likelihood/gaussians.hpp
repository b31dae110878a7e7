// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A mixture of Gaussians with full covariances, of digits whose levels are spread over their cells:
// a bound of the probability of levels.

#include <diffgen/density/dequantised_bound.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/posterior/fit_mixture.hpp>

#include "counts.hpp"

#include <Eigen/Core>

#include <cstddef>

namespace digits {

/// Level k is the interval [k - 1/2, k + 1/2] / 8 - 1 around its value.
inline const diffgen::likelihood::dequantised_uniform cells{17, -1 - 1. / 16, 1. / 8};

inline auto gaussian_bound(const labelled_digits& training, const labelled_digits& test,
                           Eigen::Index components, int draws) {
    Eigen::MatrixXd spread(static_cast<Eigen::Index>(pixels),
                           static_cast<Eigen::Index>(training.count()));
    const diffgen::noise::philox random{1};
    for (Eigen::Index i = 0; i < spread.size(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        spread.data()[i] = cells(lattice.level(double(training.pixel_values[at])),
                                 random.uniform<double>(diffgen::noise::stream::data, 0, at))
                               .value;
    }
    const auto fitted = diffgen::posterior::fit_mixture(
        spread, {.components = components, .ridge = 1e-3, .iterations = 60});
    const auto mixture = fitted.mixture.at(1, 0);
    const auto density = [&](diffgen::batch_view<double> y) {
        exact_densities found;
        for (std::size_t i = 0; i < y.samples; ++i)
            found.values.push_back(mixture
                                       .log_density_and_shares(Eigen::Map<const Eigen::VectorXd>(
                                           y.sample(i), static_cast<Eigen::Index>(y.elements)))
                                       .log_density);
        return found;
    };
    diffgen::density::dequantised_bound bound{density, cells, lattice, {.draws = draws}};
    return bound.log_density(view(test));
}

}  // namespace digits
