// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Twisted diffusion sampling (Wu, Trippe, Naesseth, Blei and Cunningham 2023): sequential Monte
// Carlo whose particles are led by an estimate of log p(y | x_t), and weighted by what the estimate
// got wrong. It tends to the posterior of the ancestral sampler as the particles grow.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/posterior/estimator.hpp>
#include <diffgen/posterior/measured.hpp>
#include <diffgen/posterior/normals.hpp>
#include <diffgen/posterior/resampling.hpp>
#include <diffgen/process/transition.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

struct twisted_options {
    Index particles = 64;      ///< of a group
    double threshold = 0.5;    ///< resamples where fewer than this share is effective
    double data_variance = 1;  ///< of the estimate's spread, see twisted
    std::uint64_t seed = 0;
    std::uint64_t first_group = 0;

    void check() const {
        require(particles >= 1 && threshold >= 0 && threshold <= 1 &&
                    detail::is_positive(data_variance),
                "twisted with particles = ", particles, ", threshold = ", threshold,
                ", data_variance = ", data_variance,
                "; particles must be 1 or more, the threshold from 0 to 1, the variance above 0");
    }
};

struct twisted_samples {
    matrix samples;       ///< a column each, of equal weight; those of a group one after the other
    vector log_evidence;  ///< of each group: an estimate of log p(y), exp of which has no bias
    matrix effective;     ///< sample size before each step's resampling, a column each group
};

/// `groups` independent groups of o.particles samples. The samples of one group depend on each
/// other, and on nothing else: a group has the same bits whatever other groups there are. The twist
/// is N(y; A D, sigma_y^2 I + r^2 A A'), r^2 = s^2 v / (s^2 + v), s = sigma / alpha and v the
/// data_variance. levels: of any grid, the last one clean. One evaluation and one product with J' a
/// step. Throws bad_argument where levels or constants make no sense, non_finite where all weights
/// of a group vanish.
template <class Predictor, class Operator>
[[nodiscard]] twisted_samples twisted(Predictor predictor, const measured<Operator>& m,
                                      const std::vector<noise_level>& levels, Index groups,
                                      const twisted_options& o = {}) {
    static_assert(solves<Operator>,
                  "diffgen: twisted solves with A A' s + r: give the operator a member solve(s, r, "
                  "y), or use posterior::dense of its matrix");
    o.check();
    require(groups >= 1 && levels.size() >= 2 && levels.back().is_clean() && m.sigma() > 0,
            "twisted of ", groups, " groups over ", levels.size(),
            " levels, the measurement's noise ", m.sigma(),
            "; there must be 1 group and 2 levels or more, the last one clean, and noise");
    m.check_rows(1);
    estimator<Predictor> estimate(std::move(predictor));
    const Index d = m.op().cols(), K = o.particles, n = groups * K;
    const singular_values svd = svd_of(m.op());
    const std::uint64_t first = o.first_group * static_cast<std::uint64_t>(K);
    const noise::philox random{o.seed};

    matrix x = levels[0].sigma * detail::normals(o.seed, noise::stream::prior, 0, d, n, first);
    matrix D, score;
    vector log_twist(n);
    /// log N(y; A D, sigma_y^2 I + r^2 A A') of every particle, and its gradient in x_t.
    const auto twist = [&](const noise_level& l) {
        const double s2 = (l.sigma / l.alpha) * (l.sigma / l.alpha);
        const double r2 = s2 * o.data_variance / (s2 + o.data_variance);
        const double spread = std::isfinite(s2) ? r2 : o.data_variance;
        double log_det =
            static_cast<double>(m.op().rows() - svd.values.size()) * std::log(m.variance());
        for (const double v : svd.values)
            log_det += std::log(m.variance() + spread * v * v);
        const double constant =
            -0.5 * (log_det + 1.8378770664093453 * static_cast<double>(m.op().rows()));
        const matrix residual = m.residual(D);
        matrix q(residual.rows(), n);
        for (Index i = 0; i < n; ++i) {
            q.col(i) = m.op().solve(spread, m.variance(), vector(residual.col(i)));
            log_twist[i] = constant - 0.5 * residual.col(i).dot(q.col(i));
        }
        return q;
    };

    twisted_samples out{
        {}, vector::Zero(groups), matrix(static_cast<Index>(levels.size()), groups)};
    vector log_weights = vector::Zero(n), pending = vector::Zero(n);
    const auto resample = [&](std::size_t step, double threshold) {
        for (Index g = 0; g < groups; ++g) {
            auto of_group = log_weights.segment(g * K, K);
            const auto [weights, log_mean] = normalise(of_group);
            const double effective = effective_sample_size(weights);
            out.effective(static_cast<Index>(step), g) = effective;
            if (effective > threshold * static_cast<double>(K)) continue;
            out.log_evidence[g] += log_mean;
            of_group.setZero();
            const double u =
                random.uniform<double>(noise::stream::acceptance, static_cast<std::uint32_t>(step),
                                       o.first_group + static_cast<std::uint64_t>(g));
            const std::vector<Index> parents = systematic(weights, u);
            const auto place = [&](auto& columns) {
                const auto before = columns.middleCols(g * K, K).eval();
                for (Index k = 0; k < K; ++k)
                    columns.col(g * K + k) = before.col(parents[static_cast<std::size_t>(k)]);
            };
            place(x);
            if (D.size() > 0) place(D);
            if (score.size() > 0) place(score);
            const vector twists = log_twist.segment(g * K, K);
            for (Index k = 0; k < K; ++k)
                log_twist[g * K + k] = twists[parents[static_cast<std::size_t>(k)]];
        }
    };

    for (std::size_t t = 0; t + 1 < levels.size(); ++t) {
        const noise_level &from = levels[t], &to = levels[t + 1];
        D = estimate.denoised(x, from);
        const matrix q = twist(from);
        score = estimate.vjp(x, m.adjoint(q), from);
        log_weights += log_twist + pending;
        resample(t, o.threshold);
        const posterior_kernel step = reverse_transition(from, to);
        const matrix plain = step.state * x + step.data * D;
        if (to.is_clean()) {
            // Without noise nothing can be led: what is left is the weight of the estimate itself.
            pending = -log_twist;
            x = plain;
            break;
        }
        const matrix led = plain + step.data * (from.sigma * from.sigma / from.alpha) * score;
        const matrix z = detail::normals(o.seed, noise::stream::solver,
                                         static_cast<std::uint32_t>(t), d, n, first);
        x = led + std::sqrt(step.variance) * z;
        pending =
            ((x - led).colwise().squaredNorm() - (x - plain).colwise().squaredNorm()).transpose() /
                (2 * step.variance) -
            log_twist;
    }
    D = x;
    static_cast<void>(twist(levels.back()));
    D.resize(0, 0);
    score.resize(0, 0);
    log_weights += log_twist + pending;
    resample(levels.size() - 1, 1);
    out.samples = std::move(x);
    return out;
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
