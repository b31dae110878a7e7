// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The exact denoiser of Gaussian data: x_0 drawn from a mixture of Gaussians with diagonal
// covariances gives E[x_0 | x_t] in closed form. The oracle of the tests, and a first predictor.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/math.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <array>
#include <cmath>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI {

/// K components in D dimensions; weights need not sum to 1. A samplewise functor: trivially
/// copyable, on one sample or a pack of samples. A single Gaussian is K = 1.
template <std::size_t D, std::size_t K, class T = double>
struct gaussian_mixture {
    std::array<T, K> weights{};
    std::array<std::array<T, D>, K> means{};
    std::array<std::array<T, D>, K> variances{};  ///< diagonals of the covariances

    void check() const {
        for (std::size_t k = 0; k < K; ++k) {
            detail::require(detail::is_positive(double(weights[k])), "weight ", k,
                            " of a mixture is ", weights[k], "; must be finite and above 0");
            for (std::size_t d = 0; d < D; ++d)
                detail::require(std::isfinite(double(means[k][d])) &&
                                    detail::is_not_negative(double(variances[k][d])),
                                "component ", k, " of a mixture has the mean ", means[k][d],
                                " and the variance ", variances[k][d], " in dimension ", d,
                                "; both must be finite, the variance not negative");
        }
    }

    /// All that depends on the level only. Component k of x_t is N(alpha m, alpha^2 v + sigma^2).
    template <class S>
    struct bound {
        S alpha;
        S log_total;                   ///< of all weights and of (2 pi)^(D / 2)
        std::array<S, K> log_weights;  ///< less half the log determinants
        std::array<std::array<S, D>, K> means, precisions, gains;

        template <class V>
        DIFFGEN_VALUE std::array<V, D> operator()(const std::array<V, D>& x) const {
            const std::array<V, K> logits = logits_at(x);
            V top = logits[0];
            for (std::size_t k = 1; k < K; ++k)
                top = max(top, logits[k]);
            V total = broadcast<V>(S(0));
            std::array<V, D> out;
            for (std::size_t d = 0; d < D; ++d)
                out[d] = broadcast<V>(S(0));
            for (std::size_t k = 0; k < K; ++k) {
                const V w = exp(logits[k] - top);
                total = total + w;
                for (std::size_t d = 0; d < D; ++d) {
                    // E[x_0 | x_t, k] = m + alpha v / (alpha^2 v + sigma^2) (x - alpha m)
                    const V m = broadcast<V>(means[k][d]);
                    const V r = fma(broadcast<V>(-alpha), m, x[d]);
                    out[d] = fma(w, fma(broadcast<V>(gains[k][d]), r, m), out[d]);
                }
            }
            const V scale = broadcast<V>(S(1)) / total;
            for (std::size_t d = 0; d < D; ++d)
                out[d] = product(out[d], scale);
            return out;
        }

        /// The logarithm of the density of x_t, normalised.
        template <class V>
        DIFFGEN_VALUE V log_density(const std::array<V, D>& x) const {
            const std::array<V, K> logits = logits_at(x);
            V top = logits[0];
            for (std::size_t k = 1; k < K; ++k)
                top = max(top, logits[k]);
            V total = broadcast<V>(S(0));
            for (std::size_t k = 0; k < K; ++k)
                total = total + exp(logits[k] - top);
            return top + (log(total) - broadcast<V>(log_total));
        }

      private:
        /// Up to one constant, the logarithms of the components' shares of the density.
        template <class V>
        DIFFGEN_VALUE std::array<V, K> logits_at(const std::array<V, D>& x) const {
            std::array<V, K> logits;
            for (std::size_t k = 0; k < K; ++k) {
                V l = broadcast<V>(log_weights[k]);
                for (std::size_t d = 0; d < D; ++d) {
                    const V r = fma(broadcast<V>(-alpha), broadcast<V>(means[k][d]), x[d]);
                    l = fma(r * r, broadcast<V>(S(-0.5) * precisions[k][d]), l);
                }
                logits[k] = l;
            }
            return logits;
        }
    };

    template <class S>
    [[nodiscard]] DIFFGEN_VALUE bound<S> bind(const level_of<S>& l) const {
        bound<S> a;
        a.alpha = l.alpha;
        S total_weight = S(0);
        for (std::size_t k = 0; k < K; ++k) {
            S lw = log(S(weights[k]));
            for (std::size_t d = 0; d < D; ++d) {
                const S v = S(variances[k][d]);
                const S total = fma(l.alpha * l.alpha, v, l.sigma * l.sigma);
                a.means[k][d] = S(means[k][d]);
                a.precisions[k][d] = S(1) / total;
                a.gains[k][d] = l.alpha * v / total;
                lw = fma(S(-0.5), log(total), lw);
            }
            a.log_weights[k] = lw;
            total_weight = total_weight + S(weights[k]);
        }
        a.log_total = fma(S(D), S(0.918938533204672741780), log(total_weight));  // log(2 pi) / 2
        return a;
    }

    /// The logarithm of the density at that level.
    template <class V, class S>
    [[nodiscard]] DIFFGEN_VALUE V log_density(const std::array<V, D>& x,
                                              const level_of<S>& l) const {
        return bind(l).log_density(x);
    }
};

/// The predictor of a mixture: its exact denoised estimate.
template <std::size_t D, std::size_t K, class T>
[[nodiscard]] auto exact(const gaussian_mixture<D, K, T>& m) {
    return predicts(denoised{}, samplewise<static_cast<int>(D)>(m));
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
