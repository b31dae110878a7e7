// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A mixture, a measurement of it, and the exact posterior: what every method is held against.

#include <diffgen/noise/source.hpp>
#include <diffgen/posterior/draw.hpp>
#include <diffgen/posterior/exact_posterior.hpp>
#include <diffgen/posterior/measured.hpp>
#include <diffgen/posterior/operators/dense.hpp>
#include <diffgen/posterior/operators/fourier.hpp>
#include <diffgen/posterior/operators/selection.hpp>
#include <diffgen/posterior/operators/separable.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace truth {

namespace posterior = diffgen::posterior;
using posterior::Index;
using posterior::matrix;
using posterior::vector;

inline matrix normals(Index rows, Index cols, std::uint32_t draw) {
    matrix m(rows, cols);
    for (Index i = 0; i < m.size(); ++i)
        m.data()[i] = diffgen::noise::philox{1}.normal<double>(
            diffgen::noise::stream::data, 100 + draw, static_cast<std::uint64_t>(i));
    return m;
}

/// Five components in 20 dimensions, a picture of 4 x 5, variances of about 1 in all.
inline posterior::mixture prior() {
    constexpr Index d = 20, K = 5;
    std::vector<matrix> covariances;
    for (Index k = 0; k < K; ++k) {
        const matrix root = normals(d, d, 1 + static_cast<std::uint32_t>(k));
        covariances.push_back(0.3 * root * root.transpose() / d + 0.02 * matrix::Identity(d, d));
    }
    return posterior::mixture::full(vector{{3., 2., 2., 1., 1.}}, 0.8 * normals(d, K, 0),
                                    covariances);
}

struct named_operator {
    std::string name;
    posterior::dense a;
    std::vector<Index> known;  ///< of a mask
};

inline std::vector<named_operator> operators() {
    using posterior::dense, posterior::matrix_of;
    const posterior::picture_shape picture{1, 4, 5};
    const std::vector<Index> known{0, 2, 3, 6, 9, 11, 12, 15, 17, 18};
    const std::vector<double> taps{0.2, 0.6, 0.2};
    return {
        {"mask", dense(matrix_of(posterior::mask(20, known))), known},
        {"block mean", dense(matrix_of(posterior::block_mean(picture, 2, 5))), {}},
        {"blur", dense(matrix_of(posterior::blur(picture, taps, posterior::border::periodic))), {}},
        {"Fourier",
         dense(matrix_of(posterior::fourier(4, 5, {{0, 0}, {0, 1}, {1, 0}, {2, 1}, {1, 3}}))),
         {}},
        {"dense", dense(normals(8, 20, 50) / 4), {}},
    };
}

/// A measurement that was drawn from the model, and the truth about it.
struct problem {
    named_operator op;
    posterior::mixture prior;
    posterior::measured<posterior::dense> given;
    posterior::mixture exact;
    matrix samples, others;  ///< two exact sets

    problem(named_operator a, posterior::mixture p, double sigma, Index count, std::uint64_t seed)
        : op(std::move(a)),
          prior(std::move(p)),
          given(measure(op.a, prior, sigma, seed)),
          exact(posterior::exact_posterior(prior, op.a, given.y(0), sigma).posterior),
          samples(posterior::draw(exact, count, seed + 1)),
          others(posterior::draw(exact, count, seed + 2)) {}

  private:
    static posterior::measured<posterior::dense> measure(const posterior::dense& a,
                                                         const posterior::mixture& p, double sigma,
                                                         std::uint64_t seed) {
        const vector x = posterior::draw(p, 1, seed).col(0);
        const vector y =
            a.apply(x) + sigma * normals(a.rows(), 1, 60 + static_cast<std::uint32_t>(seed));
        return {a, y, sigma};
    }
};

}  // namespace truth
