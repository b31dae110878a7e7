// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The samplers of azula that change the state under a measurement (azula/guidance): DPSSampler,
// PGDMSampler, RePaintSampler, TDSSampler.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/azula/samplers.hpp>
#include <diffgen/posterior/methods/gradient.hpp>
#include <diffgen/posterior/operators/selection.hpp>
#include <diffgen/posterior/operators/singular_values.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::azula {

namespace detail {

/// Every step by step(estimates, from, to, x): the new state.
template <class Predictor, class Step>
std::vector<matrix> stepwise(Predictor predictor, const std::vector<noise_level>& levels, matrix x,
                             Step step) {
    posterior::estimator<Predictor> estimator(std::move(predictor));
    std::vector<matrix> samples;
    for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
        const matrix d = estimator.denoised(x, levels[i]);
        x = step(posterior::estimates(estimator, x, d, levels[i]), levels[i], levels[i + 1]);
        samples.push_back(x);
    }
    return samples;
}

}  // namespace detail

/// A step of ddpm, less zeta times the gradient of |y - A D|.
template <class Predictor, class Operator, class Normals>
[[nodiscard]] std::vector<matrix> dps(double zeta, Predictor predictor,
                                      const posterior::measured<Operator>& m,
                                      const std::vector<noise_level>& levels, matrix x,
                                      Normals&& normals) {
    return detail::stepwise(
        std::move(predictor), levels, std::move(x),
        [&](const auto& e, const noise_level& from, const noise_level& to) -> matrix {
            const matrix gradient = posterior::norm_gradient(e, m);
            const matrix z = normals(e.x.rows(), e.x.cols());
            return ddim_step(1, from, to, e.x, e.denoised, z) - zeta * gradient;
        });
}

/// A step of ddim, and alpha_s alpha_t J A^+ (y - A D): the measurement's noise is left out.
template <class Predictor, class Operator, class Normals>
[[nodiscard]] std::vector<matrix> pgdm(double eta, Predictor predictor,
                                       const posterior::measured<Operator>& m,
                                       const std::vector<noise_level>& levels, matrix x,
                                       Normals&& normals) {
    const posterior::singular_values svd = posterior::svd_of(m.op());
    return detail::stepwise(
        std::move(predictor), levels, std::move(x),
        [&](const auto& e, const noise_level& from, const noise_level& to) -> matrix {
            matrix back(e.x.rows(), e.x.cols());
            const matrix residual = m.residual(e.denoised);
            for (Index i = 0; i < back.cols(); ++i)
                back.col(i) = posterior::pseudo_inverse(svd, residual.col(i));
            const matrix z = normals(e.x.rows(), e.x.cols());
            return ddim_step(eta, from, to, e.x, e.denoised, z) +
                   to.alpha * from.alpha * e.vjp(back);
        });
}

/// Each step `iterations` times: down by ddim, the known elements noised to the new level, and up
/// again, but for the last. Every iteration draws three times.
template <class Predictor, class Normals>
[[nodiscard]] std::vector<matrix> repaint(int iterations, double eta, Predictor predictor,
                                          const posterior::mask& known, const vector& y,
                                          const std::vector<noise_level>& levels, matrix x,
                                          Normals&& normals) {
    posterior::estimator<Predictor> estimator(std::move(predictor));
    std::vector<matrix> samples;
    for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
        const noise_level &from = levels[i], &to = levels[i + 1];
        matrix down;
        for (int turn = 0; turn < iterations; ++turn) {
            const matrix d = estimator.denoised(x, from);
            const matrix z = normals(x.rows(), x.cols());
            down = ddim_step(eta, from, to, x, d, z);
            const matrix of_known = normals(x.rows(), x.cols());
            for (Index k = 0; k < known.rows(); ++k) {
                const Index e = known.known()[static_cast<std::size_t>(k)];
                down.row(e) = to.sigma * of_known.row(e).array() + to.alpha * y[k];
            }
            const double r = from.sigma / from.alpha, s = to.sigma / to.alpha;
            const matrix up = normals(x.rows(), x.cols());
            x = from.alpha / to.alpha * down + from.alpha * std::sqrt(r * r - s * s) * up;
        }
        x = down;
        samples.push_back(x);
    }
    return samples;
}

/// What a run of tds leaves behind, a step each.
struct particle_history {
    std::vector<matrix> samples;              ///< a column a particle
    std::vector<vector> log_weights;          ///< of the last step too, which nobody uses
    std::vector<std::vector<Index>> parents;  ///< who was resampled
};

/// The twisted diffusion sampler. twist_c inflates the twist's variance. uniforms(count) gives the
/// next uniform numbers; resampling is multinomial, at every step.
template <class Predictor, class Operator, class Normals, class Uniforms>
[[nodiscard]] particle_history tds(double twist_c, Predictor predictor,
                                   const posterior::measured<Operator>& m,
                                   const std::vector<noise_level>& levels, matrix x,
                                   Normals&& normals, Uniforms&& uniforms) {
    posterior::estimator<Predictor> estimator(std::move(predictor));
    particle_history out;
    vector log_w = vector::Zero(x.cols());
    for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
        const noise_level &from = levels[i], &to = levels[i + 1];
        matrix d = estimator.denoised(x, from);
        const double r2 = (from.sigma / from.alpha) * (from.sigma / from.alpha);
        const double v = m.variance() + twist_c * r2 / (1 + r2);
        const matrix residual = m.residual(d);
        matrix score = posterior::estimates(estimator, x, d, from).vjp(m.adjoint(residual / v));
        vector log_p = -residual.colwise().squaredNorm().transpose() / (2 * v);
        log_p.array() -= static_cast<double>(residual.rows()) / 2 * std::log(6.283185307179586 * v);

        vector weights = log_p + log_w;
        weights = (weights.array() - weights.maxCoeff()).exp();
        weights /= weights.sum();
        const std::vector<double> u = uniforms(x.cols());
        std::vector<Index> parents;
        for (const double each : u) {
            Index k = 0;
            double sum = weights[0];
            while (k + 1 < weights.size() && sum <= each)
                sum += weights[++k];
            parents.push_back(k);
        }
        const matrix x0 = x, d0 = d, score0 = score;
        const vector log_p0 = log_p;
        for (Index k = 0; k < x.cols(); ++k) {
            const Index p = parents[static_cast<std::size_t>(k)];
            x.col(k) = x0.col(p);
            d.col(k) = d0.col(p);
            score.col(k) = score0.col(p);
            log_p[k] = log_p0[p];
        }
        const double kept = std::sqrt(1 - replaced(1, from, to));
        const double deviation = to.sigma * std::sqrt(1 - kept * kept);
        const auto mean = [&](const matrix& estimate) -> matrix {
            return to.alpha * estimate + to.sigma * kept * (x - from.alpha * estimate) / from.sigma;
        };
        const matrix q0 = mean(d), q1 = mean(d + from.sigma * from.sigma / from.alpha * score);
        const matrix z = normals(x.rows(), x.cols());
        const matrix next = q1 + deviation * z;
        log_w = ((next - q1).colwise().squaredNorm() - (next - q0).colwise().squaredNorm())
                        .transpose() /
                    (2 * deviation * deviation) -
                log_p;
        x = next;
        out.samples.push_back(x);
        out.log_weights.push_back(log_w);
        out.parents.push_back(std::move(parents));
    }
    return out;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::azula

#include <diffgen/core/with_macros.hpp>
