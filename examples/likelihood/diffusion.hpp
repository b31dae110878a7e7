// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The diffusion network of the digits example under the bound in continuous time: as it is, and
// with what a lattice of levels knows. The network was not trained again.

#include <diffgen/density/continuous_bound.hpp>
#include <diffgen/density/with_levels.hpp>
#include <diffgen/nn/differentiated.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/process/process_view.hpp>

#include "../digits/network.hpp"
#include "counts.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace digits {

using bound_densities = diffgen::density::log_densities<diffgen::density::lower_bound>;

/// The network for digits of one class, or of none that it is told.
inline auto predictor_of(network& net, int label) {
    return diffgen::predicts(prediction{}, diffgen::nn::differentiated(net, label), time_input{});
}

template <class Predictor>
bound_densities bound_by(Predictor predictor, const labelled_digits& test, int draws,
                         std::uint64_t first_sample = 0) {
    const auto p = process();
    diffgen::density::continuous_bound bound{p.schedule,
                                             p.kernel,
                                             std::move(predictor),
                                             diffgen::density::level_decoder{lattice},
                                             {.draws = draws, .seed = 1}};
    return bound.log_density(view(test), first_sample);
}

inline bound_densities as_it_is(network& net, const labelled_digits& test, int draws) {
    return bound_by(predictor_of(net, net.null_class()), test, draws);
}

/// The lattice alone where the log-SNR is above 5 or below -3.
inline bound_densities levels_at_the_ends(network& net, const labelled_digits& training,
                                          const labelled_digits& test, int draws) {
    return bound_by(diffgen::density::with_levels(
                        predictor_of(net, net.null_class()),
                        diffgen::density::independent_levels::counted(lattice, view(training))),
                    test, draws);
}

/// The lattice at every level, its rules fitted on some training digits. The class, where it is
/// told, is one of ten as likely; so it costs log 10.
inline bound_densities levels_fitted(network& net, const labelled_digits& training,
                                     const labelled_digits& test, int draws, bool told_classes,
                                     std::size_t fitted_on) {
    std::vector<double> knots;
    for (double log_snr = -6; log_snr < 9.6; log_snr += 0.5)
        knots.push_back(log_snr);
    const auto p = process();
    const auto of_digits = [&](int label, const labelled_digits& fit, const labelled_digits& d,
                               std::uint64_t first) {
        auto predictor = diffgen::density::with_levels(
            predictor_of(net, label),
            diffgen::density::independent_levels::counted(lattice, view(fit)));
        const std::size_t n = fit.count() < fitted_on ? fit.count() : fitted_on;
        predictor.network().fit(
            diffgen::process_view(p),
            diffgen::batch_view<const float>(fit.pixel_values.data(), n, pixels), knots, 2);
        return bound_by(std::move(predictor), d, draws, first);
    };
    if (!told_classes) return of_digits(net.null_class(), training, test, 0);
    bound_densities all;
    for (int c = 0; c < classes; ++c) {
        const auto part = of_class(test, c);
        if (part.count() == 0) continue;
        for (const double v : of_digits(c, of_class(training, c), part, all.values.size()).values)
            all.values.push_back(v - std::log(10.));
    }
    return all;
}

}  // namespace digits
