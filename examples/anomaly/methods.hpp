// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ways to say how odd a digit is, from healthy ones: a score each, and where there is one a map.

#include <diffgen/diffgen.hpp>
#include <diffgen/metrics/nearest_neighbours.hpp>
#include <diffgen/noise/simplex.hpp>
#include <diffgen/posterior/data_points.hpp>
#include <diffgen/posterior/fit_mixture.hpp>
#include <diffgen/task/anomaly.hpp>
#include <diffgen/task/principal_components.hpp>

#include "../digits/network.hpp"
#include "data.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace anomaly {

namespace task = diffgen::task;
namespace posterior = diffgen::posterior;

/// Draws of noise for every figure: of few, the noise of the draws hides what is odd.
constexpr int repeats = 8;

struct finding {
    std::string method;
    std::vector<double> scores;
    matrix maps{};  ///< empty: there are none
};

inline finding of_maps(std::string method, matrix maps) {
    auto scores = task::scores(maps);
    return {std::move(method), std::move(scores), std::move(maps)};
}

/// The time of the digits' process with this sigma / alpha.
inline double time_of(double sigma) {
    return digits::process().time(-2 * std::log(sigma));
}

inline finding nearest(const matrix& healthy, const matrix& x) {
    diffgen::metrics::nearest_neighbours n(x, 1);
    n.add(healthy);
    const auto row = n.squared_distances().row(0);
    return {"nearest neighbour", {row.begin(), row.end()}};
}

inline finding components(const matrix& healthy, const matrix& x) {
    return of_maps("16 principal components", task::principal_components(healthy, 16).residuals(x));
}

inline finding mixture(const matrix& healthy, const matrix& x) {
    const auto fit = posterior::fit_mixture(
        healthy, {.components = 20, .ridge = 0.01, .iterations = 15, .seed = 1});
    const auto data = fit.mixture.at(1, 0);
    finding f{"mixture of 20 Gaussians", {}};
    for (Index i = 0; i < x.cols(); ++i)
        f.scores.push_back(-data.log_density(x.col(i)));
    return f;
}

/// Errors of the exact estimate of the healthy digits, at five levels.
inline finding exact_denoising(const matrix& healthy, const matrix& x) {
    auto model = diffgen::predicts(diffgen::denoised{}, posterior::data_points<float>(healthy));
    const std::vector<double> sigmas{0.2, 0.3, 0.4, 0.5, 0.6};
    matrix maps = matrix::Zero(x.rows(), x.cols());
    for (const double sigma : sigmas)  // all count the same, while the sum weighs by precision
        maps += sigma * sigma *
                task::denoising_errors(digits::process(), model, x, {&sigma, 1}, repeats);
    return of_maps("denoising errors, exact estimate", std::move(maps));
}

/// Noised to sigma / alpha = 0.5 and generated from there (AnoDDPM), with the exact estimate.
template <class Noise>
finding exact_reconstruction(std::string method, const posterior::data_points<float>& data,
                             Noise noise, const matrix& x) {
    diffgen::sampler s{diffgen::schedule::cosine{}, diffgen::kernel::variance_preserving{},
                       diffgen::predicts(diffgen::denoised{}, data), diffgen::solver::ancestral{},
                       noise};
    return of_maps(std::move(method), task::reconstruction_errors(
                                          diffgen::exec::cpp, s, x,
                                          {.time = time_of(0.5), .steps = 4, .repeats = repeats}));
}

/// Three octaves, the cells of the first as large as a digit.
inline diffgen::noise::simplex smooth_noise() {
    return {.width = side, .height = side, .octaves = 3, .wavelength = 8};
}
/// Its covariance, from many fields.
inline matrix covariance_of_smooth_noise() {
    constexpr Index fields = 5000;
    matrix z(pixels, fields);
    smooth_noise().fill<double>(diffgen::noise::stream::training, 0, 0, static_cast<int>(z.size()),
                                z.data());
    matrix c = z * z.transpose() / static_cast<double>(fields);
    c.diagonal().array() += 1e-3;
    return c;
}

/// The digits' network, told which class it is to see.
inline auto seen_as(digits::network& net, int label) {
    return diffgen::predicts(
        digits::prediction{},
        [&net, label](auto in, auto out, const diffgen::noise_level& l) {
            const std::vector<int> classes(in.samples, label);
            net.evaluate(in.data, out.data, static_cast<std::int64_t>(in.samples), l.network_time,
                         classes.data());
        },
        digits::time_input{});
}

/// For every class the maps that of_class(label) gives; of every digit those of the class under
/// which it is least odd.
template <class OfClass>
finding least_odd(std::string method, const matrix& x, OfClass of_class) {
    matrix maps;
    for (int label = 0; label < digits::classes; ++label) {
        const matrix mine = of_class(label);
        if (label == 0) maps = mine;
        for (Index i = 0; i < x.cols(); ++i)
            if (mine.col(i).sum() < maps.col(i).sum()) maps.col(i) = mine.col(i);
    }
    return of_maps(std::move(method), std::move(maps));
}

inline finding trained_denoising(digits::network& net, const matrix& x) {
    const std::vector<double> sigmas{0.15, 0.2, 0.3, 0.4};
    return least_odd("denoising errors, trained network", x, [&](int label) {
        auto model = seen_as(net, label);
        return task::denoising_errors(digits::process(), model, x, sigmas, repeats);
    });
}

inline finding trained_reconstruction(digits::network& net, const matrix& x) {
    return least_odd("AnoDDPM, trained network", x, [&](int label) {
        diffgen::sampler s{diffgen::schedule::cosine{}, diffgen::kernel::variance_preserving{},
                           seen_as(net, label), diffgen::solver::ddim{}};
        return task::reconstruction_errors(diffgen::exec::cpp, s, x,
                                           {.time = time_of(0.3), .steps = 4, .repeats = repeats});
    });
}

}  // namespace anomaly
