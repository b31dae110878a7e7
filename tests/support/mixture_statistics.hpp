// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether samples come from a given mixture of Gaussians with diagonal covariances. With r_k(x) the
// posterior probability of component k, E[r_k(x) h(x)] = w_k E_k[h(x)] for any h; the statistics
// are the z-scores of
//     r_k - w_k,   r_k u_kd,   r_k (u_kd^2 - 1),   sum_k,d r_k (u_kd^2 - 1),
// u_kd = (x_d - m_kd) / sqrt(V_kd): all have mean 0, and a deviation estimated from the samples.

#include <diffgen/core/noise_level.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace testing {

/// The largest |z| that right samples may have. Two-sided, the normal's tail at 7.2 is 6e-13, and
/// the third cumulant of the rarest statistic (4,000 effective samples of u^2, skewness 0.045)
/// multiplies it by exp(0.045 7.2^3 / 6) = 16: with at most 64 statistics, a false alarm in 1e-9.
/// The rest, 0.8, is room for the bias of the discretisation, which each test keeps below that.
inline constexpr double largest_fair_z = 8;

/// The marginal of a mixture at a level; to be bent, for tests of the test.
template <std::size_t D, std::size_t K>
diffgen::gaussian_mixture<D, K> marginal_mixture(diffgen::gaussian_mixture<D, K> m,
                                                 const diffgen::noise_level& l) {
    for (std::size_t k = 0; k < K; ++k)
        for (std::size_t d = 0; d < D; ++d) {
            m.means[k][d] *= l.alpha;
            m.variances[k][d] = l.alpha * l.alpha * m.variances[k][d] + l.sigma * l.sigma;
        }
    return m;
}

/// The largest |z| of all statistics of the samples in x, D numbers each.
template <class T, std::size_t D, std::size_t K>
double largest_z(const std::vector<T>& x, const diffgen::gaussian_mixture<D, K>& m) {
    struct sums {
        double first = 0, second = 0;
        void add(double v) {
            first += v;
            second += v * v;
        }
        [[nodiscard]] double z(double n) const {
            return std::fabs(first) / std::sqrt(second - first * first / n);
        }
    };
    std::array<sums, K*(1 + 2 * D) + 1> statistics;
    for (std::size_t s = 0; s < x.size(); s += D) {
        std::array<double, K> r;
        std::array<std::array<double, D>, K> u;
        for (std::size_t k = 0; k < K; ++k) {
            double log_density = std::log(m.weights[k]);
            for (std::size_t d = 0; d < D; ++d) {
                u[k][d] =
                    (static_cast<double>(x[s + d]) - m.means[k][d]) / std::sqrt(m.variances[k][d]);
                log_density -= 0.5 * (u[k][d] * u[k][d] + std::log(m.variances[k][d]));
            }
            r[k] = log_density;
        }
        const double top = *std::max_element(r.begin(), r.end());
        double total = 0, energy = 0;
        for (double& e : r)
            total += e = std::exp(e - top);
        auto* to = statistics.data();
        for (std::size_t k = 0; k < K; ++k) {
            r[k] /= total;
            to++->add(r[k] - m.weights[k]);
            for (const double v : u[k]) {
                to++->add(r[k] * v);
                to++->add(r[k] * (v * v - 1));
                energy += r[k] * (v * v - 1);
            }
        }
        to->add(energy);
    }
    const double n = static_cast<double>(x.size() / D);
    double most = 0;
    for (const sums& s : statistics)
        most = std::max(most, s.z(n));
    return most;
}

/// A slightly wrong target: component variances times `scale`, and `shift` of the weight of
/// component 1 moved to component 0.
template <std::size_t D, std::size_t K>
diffgen::gaussian_mixture<D, K> bent(diffgen::gaussian_mixture<D, K> m, double scale,
                                     double shift) {
    for (auto& component : m.variances)
        for (double& v : component)
            v *= scale;
    m.weights[0] += shift;
    m.weights[1] -= shift;
    return m;
}

}  // namespace testing
