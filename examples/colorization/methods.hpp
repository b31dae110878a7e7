// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Colours for grey pictures: guesses, exact posteriors, and samples under the measurement.

#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/metrics/ranked_probability_score.hpp>
#include <diffgen/posterior/draw.hpp>
#include <diffgen/posterior/exact_posterior.hpp>
#include <diffgen/posterior/given.hpp>
#include <diffgen/posterior/methods/moment_matching.hpp>
#include <diffgen/posterior/operators/grey.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/solver/ancestral.hpp>

#include "../common/on_all_cores.hpp"
#include "pictures.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace colorization {

namespace posterior = diffgen::posterior;

constexpr double noise = 0.02;  // of the grey picture, which goes from -1 to 1

/// The luma of Recommendation ITU-R BT.601.
inline posterior::grey luma() {
    return {pixels, vector{{0.299, 0.587, 0.114}}};
}

/// Grey pictures with their noise.
inline matrix measured(const matrix& truth) {
    matrix y(pixels, truth.cols());
    for (Index i = 0; i < y.cols(); ++i)
        y.col(i) = luma().apply(truth.col(i));
    for (Index i = 0; i < y.size(); ++i)
        y.data()[i] += noise * diffgen::noise::philox{8}.normal<double>(
                                   diffgen::noise::stream::data, 0, static_cast<std::uint64_t>(i));
    return y;
}

/// `count` candidates for each picture, one picture's after the other's, and the best guess.
struct coloured {
    std::string method;
    Index count;
    matrix candidates, mean;
};

/// One guess for each picture.
template <class Guess>
coloured by_guess(std::string name, const matrix& y, Guess guess) {
    coloured r{std::move(name), 1, matrix(numbers, y.cols()), {}};
    for (Index i = 0; i < y.cols(); ++i)
        r.candidates.col(i) = guess(vector(y.col(i)));
    r.mean = r.candidates;
    return r;
}

/// Exact draws of the posterior of a mixture, and its exact mean.
inline coloured by_mixture(std::string name, const posterior::mixture& prior, const matrix& y,
                           Index count) {
    coloured r{std::move(name), count, matrix(numbers, y.cols() * count),
               matrix(numbers, y.cols())};
    common::on_all_cores(y.cols(), [&](Index i) {
        const auto exact = posterior::exact_posterior(prior, luma(), y.col(i), noise).posterior;
        r.mean.col(i) = exact.mean();
        r.candidates.middleCols(i * count, count) =
            posterior::draw(exact, count, 4, static_cast<std::uint64_t>(i * count));
    });
    return r;
}

/// Moment matching where there is less noise than colours vary, their covariance where there is
/// more: there a learned network's Jacobian is mostly its error. Nor is it symmetric, hence GMRES.
struct matched_moments {
    posterior::prior_covariance high;
    posterior::moment_matching low{{.by = posterior::krylov::method::gmres, .iterations = 2}};

    template <class Estimates, class Measured>
    [[nodiscard]] matrix operator()(const Estimates& e, const Measured& m) const {
        const diffgen::noise_level& l = e.level(0);
        return l.sigma > l.alpha ? high(e, m) : low(e, m);
    }
};

/// Samples of a predictor under the measurement; make() gives a predictor for each thread.
template <class Make, class Method>
coloured by_sampling(std::string name, Make make, const Method& method, const matrix& y,
                     Index count, int steps) {
    coloured r{std::move(name), count, matrix(numbers, y.cols() * count),
               matrix(numbers, y.cols())};
    common::on_all_cores(y.cols(), [&](Index i) {
        const vector grey = y.col(i);
        auto owner = make();
        diffgen::sampler s{
            diffgen::schedule::cosine{}, diffgen::kernel::variance_preserving{},
            posterior::given(owner.predictor(), posterior::measured(luma(), grey, noise), method),
            diffgen::solver::ancestral{}};
        using T = typename decltype(owner)::scalar;
        Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> x(numbers, count);
        s.generate(diffgen::exec::cpp,
                   diffgen::batch(x.data(), static_cast<std::size_t>(x.size()),
                                  static_cast<std::size_t>(count)),
                   {.steps = steps,
                    .seed = 3,
                    .first_sample = static_cast<std::uint64_t>(i * count),
                    .grid = diffgen::grid::karras{.bounds = {.sigma_min = 0.01, .sigma_max = 80}}});
        r.candidates.middleCols(i * count, count) = x.template cast<double>();
        r.mean.col(i) = r.candidates.middleCols(i * count, count).rowwise().mean();
    });
    return r;
}

/// Root mean square error, in per cent of the range of a colour; `count` guesses a picture.
inline double error(const matrix& truth, const matrix& guesses) {
    const Index count = guesses.cols() / truth.cols();
    double sum = 0;
    for (Index i = 0; i < guesses.cols(); ++i)
        sum += (truth.col(i / count) - guesses.col(i)).squaredNorm();
    return 50 * std::sqrt(sum / static_cast<double>(guesses.size()));
}

/// The continuous ranked probability score of a number, mean over all, in per cent of the range; of
/// a single guess it is the absolute error.
inline double ranked_probability(const matrix& truth, const coloured& r) {
    double sum = 0;
    std::vector<double> samples(static_cast<std::size_t>(r.count));
    for (Index i = 0; i < truth.cols(); ++i)
        for (Index e = 0; e < numbers; ++e) {
            for (Index k = 0; k < r.count; ++k)
                samples[static_cast<std::size_t>(k)] = r.candidates(e, i * r.count + k);
            sum += r.count > 1 ? diffgen::metrics::fair_crps_of_samples(truth(e, i), samples)
                               : diffgen::metrics::crps_of_samples(truth(e, i), samples);
        }
    return 50 * sum / static_cast<double>(truth.size());
}

inline void print(const matrix& truth, const coloured& r) {
    std::printf("%-32s %10.2f %10.2f %10.3f\n", r.method.c_str(), error(truth, r.mean),
                error(truth, r.candidates), ranked_probability(truth, r));
    std::fflush(stdout);
}

}  // namespace colorization
