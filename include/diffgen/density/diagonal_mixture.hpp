// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A mixture of diagonal Gaussians whose sizes are known at run time, seen at a noise level: log
// density, score, Hessian, denoised estimate and the products of its Jacobian, all in closed form.
// (gaussian_mixture is the functor of a few dimensions; this one is a batched network.)

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/density/kind.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

class diagonal_mixture {
  public:
    using kind = exact;

    /// weights: one a component, of any positive sum; means, variances: components x elements.
    /// Throws bad_shape, bad_argument.
    diagonal_mixture(std::vector<double> weights, std::vector<double> means,
                     std::vector<double> variances)
        : means_(std::move(means)), variances_(std::move(variances)) {
        if (weights.empty() || means_.empty() || means_.size() % weights.size() != 0 ||
            means_.size() != variances_.size())
            throw bad_shape(diffgen::detail::text("diffgen: a diagonal_mixture of ", weights.size(),
                                                  " weights, ", means_.size(), " means and ",
                                                  variances_.size(), " variances"));
        double total = 0;
        for (const double w : weights) {
            require(w > 0 && std::isfinite(w), "a diagonal_mixture with the weight ", w,
                    "; must be finite and above 0");
            total += w;
        }
        for (std::size_t i = 0; i < means_.size(); ++i)
            require(std::isfinite(means_[i]) && variances_[i] >= 0 && std::isfinite(variances_[i]),
                    "a diagonal_mixture with the mean ", means_[i], " and the variance ",
                    variances_[i], "; both must be finite, the variance not negative");
        for (const double w : weights)
            log_weights_.push_back(std::log(w / total));
        elements_ = means_.size() / weights.size();
    }

    [[nodiscard]] std::size_t elements() const { return elements_; }
    [[nodiscard]] std::size_t components() const { return log_weights_.size(); }

    /// log of the density of alpha x_0 + sigma eps at x.
    [[nodiscard]] double log_density(std::span<const double> x, const noise_level& l = {}) const {
        return weigh(x, l).log_density;
    }

    void score(std::span<const double> x, const noise_level& l, std::span<double> out) const {
        const auto seen = weigh(x, l);
        std::copy(seen.score.begin(), seen.score.end(), out.begin());
    }

    /// The Hessian of the log density, elements x elements.
    void hessian(std::span<const double> x, const noise_level& l, std::span<double> out) const {
        const auto seen = weigh(x, l);
        std::fill(out.begin(), out.end(), 0.);
        for (std::size_t k = 0; k < components(); ++k) {
            for (std::size_t i = 0; i < elements_; ++i)
                for (std::size_t j = 0; j < elements_; ++j)
                    out[i * elements_ + j] += seen.shares[k] *
                                              (component_score(x, l, k, i) - seen.score[i]) *
                                              (component_score(x, l, k, j) - seen.score[j]);
            for (std::size_t i = 0; i < elements_; ++i)
                out[i * elements_ + i] -= seen.shares[k] / total(l, k, i);
        }
    }

    /// E[x_0 | x] where sigma > 0.
    void denoised(std::span<const double> x, const noise_level& l, std::span<double> out) const {
        const auto seen = weigh(x, l);
        for (std::size_t d = 0; d < elements_; ++d) {
            double sum = 0;
            for (std::size_t k = 0; k < components(); ++k)
                sum += seen.shares[k] * component_denoised(x, l, k, d);
            out[d] = sum;
        }
    }

    /// J v of the denoised estimate's Jacobian, which is symmetric.
    void denoised_product(std::span<const double> x, const noise_level& l,
                          std::span<const double> v, std::span<double> out) const {
        const auto seen = weigh(x, l);
        std::fill(out.begin(), out.end(), 0.);
        for (std::size_t k = 0; k < components(); ++k) {
            double along = 0;  // how the share of k grows along v
            for (std::size_t d = 0; d < elements_; ++d)
                along += (component_score(x, l, k, d) - seen.score[d]) * v[d];
            for (std::size_t d = 0; d < elements_; ++d)
                out[d] += seen.shares[k] *
                          (gain(l, k, d) * v[d] + along * component_denoised(x, l, k, d));
        }
    }

    /// The trace of that Jacobian.
    [[nodiscard]] double denoised_divergence(std::span<const double> x,
                                             const noise_level& l) const {
        const auto seen = weigh(x, l);
        double sum = 0;
        for (std::size_t k = 0; k < components(); ++k)
            for (std::size_t d = 0; d < elements_; ++d)
                sum += seen.shares[k] *
                       (gain(l, k, d) + (component_score(x, l, k, d) - seen.score[d]) *
                                            component_denoised(x, l, k, d));
        return sum;
    }

    // As a batched network, predicts(denoised{}, diagonal_mixture): its call, J v, the trace of J.
    template <class T>
    void operator()(batch_view<const T> in, batch_view<T> out, const noise_level& l) const {
        each(in, out, [&](std::size_t, std::span<const double> x, std::span<double> y) {
            denoised(x, l, y);
        });
    }
    template <class T>
    void jvp(batch_view<const T> in, batch_view<const T> v, batch_view<T> out,
             const noise_level& l) const {
        each(in, out, [&](std::size_t i, std::span<const double> x, std::span<double> y) {
            denoised_product(x, l, std::vector<double>(v.sample(i), v.sample(i) + elements_), y);
        });
    }
    template <class T>
    void divergence(batch_view<const T> in, batch_view<T> out, const noise_level& l) const {
        each(in, out, [&](std::size_t, std::span<const double> x, std::span<double> y) {
            y[0] = denoised_divergence(x, l);
        });
    }

  private:
    /// What all functions need of a point.
    struct seen_point {
        double log_density;
        std::vector<double> shares, score;
    };

    [[nodiscard]] double total(const noise_level& l, std::size_t k, std::size_t d) const {
        return l.alpha * l.alpha * variances_[k * elements_ + d] + l.sigma * l.sigma;
    }
    [[nodiscard]] double gain(const noise_level& l, std::size_t k, std::size_t d) const {
        return l.alpha * variances_[k * elements_ + d] / total(l, k, d);
    }
    [[nodiscard]] double rest(std::span<const double> x, const noise_level& l, std::size_t k,
                              std::size_t d) const {
        return x[d] - l.alpha * means_[k * elements_ + d];
    }
    [[nodiscard]] double component_score(std::span<const double> x, const noise_level& l,
                                         std::size_t k, std::size_t d) const {
        return -rest(x, l, k, d) / total(l, k, d);
    }
    [[nodiscard]] double component_denoised(std::span<const double> x, const noise_level& l,
                                            std::size_t k, std::size_t d) const {
        return means_[k * elements_ + d] + gain(l, k, d) * rest(x, l, k, d);
    }

    [[nodiscard]] seen_point weigh(std::span<const double> x, const noise_level& l) const {
        if (x.size() != elements_)
            throw bad_shape(diffgen::detail::text("diffgen: a point of ", x.size(),
                                                  " elements for a diagonal_mixture of ",
                                                  elements_));
        seen_point seen{0, std::vector<double>(components()), std::vector<double>(elements_)};
        for (std::size_t k = 0; k < components(); ++k) {
            double log_share = log_weights_[k];
            for (std::size_t d = 0; d < elements_; ++d) {
                const double t = total(l, k, d), r = rest(x, l, k, d);
                log_share -= 0.5 * (r * r / t + std::log(t)) + 0.91893853320467274178;
            }
            seen.shares[k] = log_share;
        }
        const double top = *std::max_element(seen.shares.begin(), seen.shares.end());
        double sum = 0;
        for (double& s : seen.shares)
            sum += s = std::exp(s - top);
        seen.log_density = top + std::log(sum);
        for (std::size_t k = 0; k < components(); ++k) {
            seen.shares[k] /= sum;
            for (std::size_t d = 0; d < elements_; ++d)
                seen.score[d] += seen.shares[k] * component_score(x, l, k, d);
        }
        return seen;
    }

    /// f(row, x, y) of each row, y as many numbers as a row of `out` has.
    template <class T, class F>
    void each(batch_view<const T> in, batch_view<T> out, const F& f) const {
        std::vector<double> x(in.elements), y(out.elements);
        for (std::size_t i = 0; i < in.samples; ++i) {
            std::copy_n(in.sample(i), in.elements, x.begin());
            f(i, std::span<const double>(x), std::span<double>(y));
            std::transform(y.begin(), y.end(), out.sample(i), [](double v) { return T(v); });
        }
    }

    std::vector<double> log_weights_, means_, variances_;
    std::size_t elements_ = 0;
};

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>
