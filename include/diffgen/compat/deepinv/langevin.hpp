// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// deepinv's ULA and SKRock (deepinv/sampling/langevin.py): the steps of posterior::ula and
// posterior::sk_rock with a clip, and moments that count the initial state beside those after the
// burn-in.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/deepinv/denoiser.hpp>

#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::deepinv {

struct langevin_options {
    double sigma = 0.05;  ///< noise of the prior
    double alpha = 1;     ///< strength of the prior
    int max_iter = 1000;
    int thinning = 1;
    double burnin_ratio = 0.2;
    deepinv::clip clip{};
};

struct langevin_run {
    std::vector<vector> samples;  ///< every state
    vector mean, variance;
};

/// Step: posterior::ula or posterior::sk_rock. draw(count) gives the next normals.
template <class Step, class Predictor, class Operator, class Draw>
[[nodiscard]] langevin_run langevin(const Step& step, Predictor predictor,
                                    const posterior::measured<Operator>& m,
                                    const langevin_options& o, vector x, Draw&& draw) {
    require(o.thinning >= 1 && o.max_iter >= 1, "Langevin dynamics of ", o.max_iter,
            " iterations, every ", o.thinning, "; must both be 1 or more");
    posterior::smoothed_posterior target(std::move(predictor), m, o.sigma, o.alpha);
    langevin_run out;
    std::vector<vector> kept{x};
    for (int it = 0; it < o.max_iter; ++it) {
        x = clipped(step(target, x, vector(draw(x.size()))).col(0), o.clip);
        out.samples.push_back(x);
        if (it >= o.max_iter * o.burnin_ratio && it % o.thinning == 0) kept.push_back(x);
    }
    out.mean = out.variance = vector::Zero(x.size());
    const auto n = static_cast<double>(kept.size());
    for (const vector& each : kept)
        out.mean += each / n;
    for (const vector& each : kept)
        out.variance += (each - out.mean).cwiseAbs2() / (n - 1);
    return out;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::deepinv

#include <diffgen/core/with_macros.hpp>
