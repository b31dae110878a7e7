// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A Gaussian mixture whose size is known at run time, with isotropic, diagonal or full covariances:
// a prior whose every posterior under a linear measurement is known, and a batched network. (Where
// the size is known at compile time, gaussian_mixture runs inside the pass.)

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/posterior/gaussian_components.hpp>
#include <diffgen/posterior/noised_mixture.hpp>
#include <diffgen/posterior/rows.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// As a network it predicts the denoised estimate: predicts(denoised{}, mixture).
class mixture : public gaussian_components {
  public:
    using gaussian_components::covariance;
    using gaussian_components::gaussian_components;

    /// Component k is N(means.col(k), variances[k] I). Throws as gaussian_components does.
    [[nodiscard]] static mixture isotropic(vector weights, matrix means, const vector& variances) {
        const matrix all = variances.transpose().replicate(means.rows(), 1);
        return {std::move(weights), std::move(means), all, {}};
    }
    /// Component k is N(means.col(k), diag(variances.col(k))).
    [[nodiscard]] static mixture diagonal(vector weights, matrix means, matrix variances) {
        return {std::move(weights), std::move(means), std::move(variances), {}};
    }
    /// Component k is N(means.col(k), covariances[k]). Throws bad_argument where a covariance is
    /// not symmetric, or has a negative variance in any direction.
    [[nodiscard]] static mixture full(vector weights, matrix means,
                                      const std::vector<matrix>& covariances) {
        matrix variances(means.rows(), static_cast<Index>(covariances.size()));
        std::vector<matrix> axes;
        for (const matrix& c : covariances) {
            const auto k = static_cast<Index>(axes.size());
            auto principal = detail::principal_axes_of(c, means.rows(), k);
            variances.col(k) = principal.variances;
            axes.push_back(std::move(principal.axes));
        }
        return {std::move(weights), std::move(means), std::move(variances), std::move(axes)};
    }

    /// Those components alone, their weights in the same ratio: the mixture of a class.
    [[nodiscard]] mixture part(std::span<const Index> chosen) const {
        const auto n = static_cast<Index>(chosen.size());
        vector w(n);
        matrix m(dimension(), n), v(dimension(), n);
        std::vector<matrix> q;
        for (Index i = 0; i < n; ++i) {
            const Index k = chosen[static_cast<std::size_t>(i)];
            require(k >= 0 && k < components(), "component ", k, " of a mixture of ", components());
            w[i] = weights()[k];
            m.col(i) = means().col(k);
            v.col(i) = variances().col(k);
            if (has_axes()) q.push_back(axes(k));
        }
        return {std::move(w), std::move(m), std::move(v), std::move(q)};
    }
    /// The components whose label is `label`. Throws bad_shape unless there is one label each
    /// component, bad_argument where none has it.
    [[nodiscard]] mixture of_class(std::span<const int> labels, int label) const {
        detail::check_size("the list of labels", static_cast<Index>(labels.size()), components());
        std::vector<Index> chosen;
        for (std::size_t k = 0; k < labels.size(); ++k)
            if (labels[k] == label) chosen.push_back(static_cast<Index>(k));
        require(!chosen.empty(), "no component of the mixture has the label ", label);
        return part(chosen);
    }

    /// Mean and covariance of the data.
    [[nodiscard]] vector mean() const { return means() * weights(); }
    [[nodiscard]] matrix covariance() const {
        const vector all = mean();
        matrix sum = matrix::Zero(dimension(), dimension());
        for (Index k = 0; k < components(); ++k) {
            const vector off = means().col(k) - all;
            sum += weights()[k] * (covariance(k) + off * off.transpose());
        }
        return sum;
    }

    /// The mixture at a noise level; refers to this one.
    [[nodiscard]] noised_mixture at(double alpha, double sigma) const {
        return {*this, alpha, sigma};
    }
    [[nodiscard]] noised_mixture at(const noise_level& l) const { return at(l.alpha, l.sigma); }

    /// The denoised estimate of every row. Level: one of the batch, or a span with one for each
    /// row.
    template <class T, class Level>
    void operator()(batch_view<const T> in, batch_view<T> out, const Level& level) const {
        detail::for_each_row(
            in, level, [this](const noise_level& l) { return at(l); },
            [&](const noised_mixture& m, std::size_t i) {
                detail::write_row(out, i, m.denoised(detail::read_row(in, i)));
            });
    }
    /// Of every row J' v, with J the Jacobian of the denoised estimate and v the row of `v`.
    template <class T, class Level>
    void vjp(batch_view<const T> in, batch_view<const T> v, batch_view<T> out,
             const Level& level) const {
        detail::for_each_row(
            in, level, [this](const noise_level& l) { return at(l); },
            [&](const noised_mixture& m, std::size_t i) {
                detail::write_row(out, i, m.vjp(detail::read_row(in, i), detail::read_row(v, i)));
            });
    }
    /// Of every row J v.
    template <class T, class Level>
    void jvp(batch_view<const T> in, batch_view<const T> v, batch_view<T> out,
             const Level& level) const {
        vjp(in, v, out, level);  // J is symmetric
    }
    /// Of every row the trace of J.
    template <class T, class Level>
    void divergence(batch_view<const T> in, batch_view<T> out, const Level& level) const {
        detail::for_each_row(
            in, level, [this](const noise_level& l) { return at(l); },
            [&](const noised_mixture& m, std::size_t i) {
                out.sample(i)[0] = static_cast<T>(m.divergence(detail::read_row(in, i)));
            });
    }
    /// The log density of every row, for solvers that compare them.
    template <class T, class Out>
    void log_density(batch_view<const T> in, const Out& out,
                     std::span<const noise_level> levels) const {
        detail::for_each_row(
            in, levels, [this](const noise_level& l) { return at(l); },
            [&](const noised_mixture& m, std::size_t i) {
                out.data[i] = static_cast<std::remove_cvref_t<decltype(out.data[i])>>(
                    m.log_density(detail::read_row(in, i)));
            });
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
