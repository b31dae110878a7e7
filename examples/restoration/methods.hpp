// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Candidates for what was measured: by the digits' network under a method of posterior::, and exact
// ones of a mixture.

#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/nn/differentiated.hpp>
#include <diffgen/posterior/draw.hpp>
#include <diffgen/posterior/exact_posterior.hpp>
#include <diffgen/posterior/given.hpp>
#include <diffgen/posterior/methods/moment_matching.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/solver/ancestral.hpp>

#include "../common/on_all_cores.hpp"
#include "../digits/network.hpp"
#include "problem.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace restoration {

/// `count` candidates for each digit, one digit's after the other's, and the best guess.
struct restored {
    std::string method;
    Index count;
    matrix candidates, mean;
};

/// Calls f(first, number) for blocks of digits, on all cores.
template <class F>
void in_blocks(Index digits_count, F f) {
    constexpr Index block = 10;
    common::on_all_cores((digits_count + block - 1) / block,
                         [&](Index i) { f(i * block, std::min(block, digits_count - i * block)); });
}

/// Moment matching where there is less noise than a digit varies, the covariance of the digits
/// where there is more: there a learned network's Jacobian is mostly its error. Nor is it
/// symmetric, and conjugate gradients can diverge; GMRES does not.
struct matched_moments {
    posterior::prior_covariance high;
    posterior::moment_matching low{{.by = posterior::krylov::method::gmres, .iterations = 3}};

    template <class Estimates, class Measured>
    [[nodiscard]] matrix operator()(const Estimates& e, const Measured& m) const {
        const diffgen::noise_level& l = e.level(0);
        return l.sigma > l.alpha ? high(e, m) : low(e, m);
    }
};

/// By the network under a method, with `count` candidates each. classes: that of every candidate.
template <class Method>
restored by_network(std::string name, const digits::network& net, const task& t, const matrix& y,
                    const Method& method, const std::vector<int>& classes, int steps) {
    const Index count = static_cast<Index>(classes.size()) / y.cols();
    restored r{std::move(name), count, matrix(pixels, y.cols() * count), matrix(pixels, y.cols())};
    in_blocks(y.cols(), [&](Index first, Index number) {
        digits::network mine = net;
        matrix repeated(y.rows(), number * count);
        for (Index i = 0; i < repeated.cols(); ++i)
            repeated.col(i) = y.col(first + i / count);
        const auto begin = classes.begin() + first * count;
        const diffgen::nn::differentiated told(mine,
                                               std::vector<int>(begin, begin + number * count));
        diffgen::sampler s{
            diffgen::schedule::cosine{}, diffgen::kernel::variance_preserving{},
            posterior::given(diffgen::predicts(digits::prediction{}, told, digits::time_input{}),
                             posterior::measured(t.a, std::move(repeated), noise), method),
            diffgen::solver::ancestral{}};
        Eigen::MatrixXf x(pixels, number * count);
        s.generate(diffgen::exec::cpp,
                   diffgen::batch(x.data(), static_cast<std::size_t>(x.size()),
                                  static_cast<std::size_t>(x.cols())),
                   {.steps = steps,
                    .seed = 3,
                    .first_sample = static_cast<std::uint64_t>(first * count),
                    .grid = diffgen::grid::karras{.bounds = {.sigma_min = 0.02, .sigma_max = 80}}});
        r.candidates.middleCols(first * count, x.cols()) = x.cast<double>();
    });
    for (Index i = 0; i < y.cols(); ++i)
        r.mean.col(i) = r.candidates.middleCols(i * count, count).rowwise().mean();
    return r;
}

/// Exact draws of the posterior of a mixture, and its exact mean.
inline restored by_mixture(std::string name, const posterior::mixture& prior, const task& t,
                           const matrix& y, Index count) {
    restored r{std::move(name), count, matrix(pixels, y.cols() * count), matrix(pixels, y.cols())};
    in_blocks(y.cols(), [&](Index first, Index number) {
        for (Index i = first; i < first + number; ++i) {
            const auto exact = posterior::exact_posterior(prior, t.a, y.col(i), noise).posterior;
            r.mean.col(i) = exact.mean();
            r.candidates.middleCols(i * count, count) =
                posterior::draw(exact, count, 4, static_cast<std::uint64_t>(i * count));
        }
    });
    return r;
}

/// A class for every candidate, drawn from p(class given the measurement) of a mixture for each
/// class, which are as likely as each other.
inline std::vector<int> classes_given(const std::vector<posterior::mixture>& of_class,
                                      const task& t, const matrix& y, Index count) {
    std::vector<int> drawn(static_cast<std::size_t>(y.cols() * count));
    in_blocks(y.cols(), [&](Index first, Index number) {
        for (Index i = first; i < first + number; ++i) {
            vector logs(static_cast<Index>(of_class.size()));
            for (Index c = 0; c < logs.size(); ++c)
                logs[c] = posterior::exact_posterior(of_class[static_cast<std::size_t>(c)], t.a,
                                                     y.col(i), noise)
                              .log_evidence;
            vector shares = (logs.array() - logs.maxCoeff()).exp();
            shares /= shares.sum();
            for (Index k = i * count; k < (i + 1) * count; ++k) {
                double left = diffgen::noise::philox{5}.uniform<double>(
                    diffgen::noise::stream::data, 0, static_cast<std::uint64_t>(k));
                int c = 0;
                while (c + 1 < digits::classes && left >= shares[c])
                    left -= shares[c++];
                drawn[static_cast<std::size_t>(k)] = c;
            }
        }
    });
    return drawn;
}

/// One guess.
inline restored by_pseudo_inverse(const task& t, const matrix& y) {
    restored r{"pseudo-inverse", 1, matrix(pixels, y.cols()), {}};
    for (Index i = 0; i < y.cols(); ++i)
        r.candidates.col(i) = posterior::pseudo_inverse(t.a.svd(), y.col(i));
    r.mean = r.candidates;
    return r;
}

}  // namespace restoration
