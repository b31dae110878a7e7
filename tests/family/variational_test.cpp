// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/family/objective/variational.hpp>
#include <diffgen/family/variational/probabilistic_pca.hpp>
#include <diffgen/nn/fit.hpp>
#include <diffgen/noise/source.hpp>

#include <Eigen/QR>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace family = diffgen::family;
namespace nn = diffgen::nn;
using matrix = nn::matrix<double>;
using plain = nn::values<double>;

namespace {

matrix normals(nn::extent rows, nn::extent cols, std::uint32_t draw) {
    matrix z(rows, cols);
    for (nn::extent i = 0; i < z.size(); ++i)
        z.data()[i] = diffgen::noise::philox{6}.normal<double>(diffgen::noise::stream::training,
                                                               draw, static_cast<std::uint64_t>(i));
    return z;
}

/// 60 samples of five features that two hidden numbers explain for the most part.
matrix data() {
    matrix x = normals(5, 2, 0) * normals(2, 60, 1) + 0.4 * normals(5, 60, 2);
    x.array() += 1.5;
    return x;
}

}  // namespace

TEST_CASE("probabilistic PCA: the fit is a maximum, and the posterior that of the joint Gaussian") {
    const matrix x = data();
    const auto p = family::probabilistic_pca::fit(x, 2);
    const double best = p.log_density(x).mean();
    for (nn::extent i = 0; i < p.loadings.size(); ++i)
        for (const double step : {-0.01, 0.01}) {
            auto other = p;
            other.loadings.data()[i] += step;
            CHECK(other.log_density(x).mean() < best);
        }
    for (const double factor : {0.95, 1.05}) {
        auto other = p;
        other.noise_variance *= factor;
        CHECK(other.log_density(x).mean() < best);
    }
    // Conditioning the joint Gaussian of (z, x): W' C^-1 (x - mean), 1 - W' C^-1 W.
    const matrix gain = p.loadings.transpose() * p.covariance().inverse();
    CHECK((p.posterior_mean(x) - gain * (x.colwise() - p.mean.col(0))).norm() < 1e-10);
    CHECK((p.posterior_covariance() - (matrix::Identity(2, 2) - gain * p.loadings)).norm() < 1e-12);
    CHECK_THROWS_AS(family::probabilistic_pca::fit(x, 5), diffgen::bad_argument);
    CHECK_THROWS_AS(family::probabilistic_pca::fit(x, 0), diffgen::bad_argument);
}

TEST_CASE("a linear autoencoder is probabilistic PCA: bound, posterior and fixed point, to 1e-9") {
    // The columns of the fitted W are orthogonal, so that the posterior is diagonal and the bound
    // exact.
    const matrix x = data();
    const auto p = family::probabilistic_pca::fit(x, 2);
    nn::tape<double> tape;
    const auto w = tape.constant(p.loadings), mean_x = tape.constant(p.mean),
               log_noise = tape.constant(matrix::Constant(1, 1, std::log(p.noise_variance)));
    const matrix precision =
        p.loadings.transpose() * p.loadings + p.noise_variance * matrix::Identity(2, 2);
    const matrix encoder = precision.inverse() * p.loadings.transpose();
    const auto v = tape.constant(encoder), c = tape.constant(matrix(-encoder * p.mean)),
               log_variance = tape.constant(p.best_log_variance());
    const auto point = tape.constant(x);
    const family::gaussian_posterior<nn::variable<double>> q{
        matmul(v, point) + c, broadcast_to(log_variance, 2, x.cols())};
    CHECK((q.mean.value() - p.posterior_mean(x)).norm() < 1e-10);
    const auto bound =
        family::linear_expected_log_likelihood(point, w, mean_x, log_noise, q) - q.kl();
    CHECK((bound.value() - p.log_density(x)).cwiseAbs().maxCoeff() < 1e-9);
    // Nothing improves the bound: all gradients are zero at the maximum-likelihood model.
    for (const auto& g : grad(mean(bound), {w, mean_x, log_noise, v, c, log_variance}))
        CHECK(g.value().cwiseAbs().maxCoeff() < 1e-9);
}

TEST_CASE("the importance-weighted bound rises to the exact value, by single draws of it") {
    const matrix x = data().leftCols(4);
    const auto p = family::probabilistic_pca::fit(data(), 2);
    const matrix exact = p.log_density(x);
    // A poor encoder: the prior's scale, at half the posterior's mean.
    const plain half(matrix(0.5 * p.posterior_mean(x)));
    const family::gaussian_posterior<plain> q{half, plain(2, 4, -1.0)};
    const auto bound = [&](int draws, std::uint32_t seed) {
        plain log_weights{};
        for (int k = 0; k < draws; ++k) {
            const plain z = q.draw(plain(normals(2, 4, seed + static_cast<std::uint32_t>(k))));
            const plain decoded = matmul(plain(p.loadings), z) + plain(p.mean);
            const plain w = family::gaussian_log_likelihood(plain(x), decoded, p.noise_variance) +
                            family::gaussian_log_likelihood(z, plain(2, 4, 0.0), 1.0) -
                            q.log_density(z);
            log_weights = k == 0 ? w : concat_rows(log_weights, w);
        }
        return mean(family::importance_weighted_bound(log_weights)).item();
    };
    const auto average = [&](int draws) {
        double sum = 0;
        for (std::uint32_t r = 0; r < 40; ++r)
            sum += bound(draws, 10000 * (r + 1)) / 40;
        return sum;
    };
    const double one = average(1), ten = average(10), many = bound(5000, 900000);
    CHECK(one < ten);
    CHECK(ten < exact.mean());
    CHECK(std::abs(many - exact.mean()) < 0.1);
}

TEST_CASE("the closed form of KL is the mean of log q - log p") {
    const family::gaussian_posterior<plain> q{plain(2, 1, 0.7), plain(2, 1, -0.6)};
    double sum = 0;
    const int n = 20000;
    for (int i = 0; i < n; ++i) {
        const plain z = q.draw(plain(normals(2, 1, 50000 + static_cast<std::uint32_t>(i))));
        sum +=
            (q.log_density(z) - family::gaussian_log_likelihood(z, plain(2, 1, 0.0), 1.0)).item();
    }
    // Single values vary by less than 1; 7 standard errors: 1e-11.
    CHECK(std::abs(sum / n - q.kl().item()) < 0.05);
    CHECK(family::elbo(plain(3, 1, -2.0), plain(1, 1, 0.5), 4).item() == doctest::Approx(-4));
}
