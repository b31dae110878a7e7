// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Annealed importance sampling (Neal 2001): log Z by a path of distributions from one whose Z is
// known to the target. From the other end, begun at exact samples of the target, the estimate errs
// to the other side (Grosse et al. 2015): the two are a bracket. Matrices X of values have a chain
// a column: doubles, or one column of packs, with a chain in every lane.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

template <class X>
struct annealed_run {
    X state;                     ///< D x N, where the chains end
    std::vector<X> log_weights;  ///< 1 x N each, after every change of temperature; the last counts
};

/// Moves chains along betas[0] .. betas[n - 1]. `path.log_density(beta, x)` is log f_beta, not
/// normalised, 1 x N; transition(beta, k, x) leaves f_beta as it is, k = 0, 1 ... counts the calls,
/// of which there is none after the last change. Betas that fall, from samples of f at betas[0],
/// give the estimate from the other side. Throws bad_argument for fewer than two betas.
template <class Path, class Transition, class X>
annealed_run<X> annealed_importance(const Path& path, const Transition& transition,
                                    std::span<const double> betas, X x) {
    require(betas.size() >= 2, "annealing over ", betas.size(), " temperatures");
    annealed_run<X> run{x, {}};
    for (std::size_t k = 1; k < betas.size(); ++k) {
        const X step =
            path.log_density(betas[k], run.state) - path.log_density(betas[k - 1], run.state);
        run.log_weights.push_back(k == 1 ? step : run.log_weights.back() + step);
        if (k + 1 < betas.size()) run.state = transition(betas[k], k - 1, run.state);
    }
    return run;
}

struct importance_estimate {
    double log_mean_weight;        ///< log Z of the end minus that of the start
    double effective_sample_size;  ///< (sum w)^2 / sum w^2
};

/// Of the log-weights of all chains. Throws bad_argument for none.
[[nodiscard]] inline importance_estimate estimate_of(std::span<const double> log_weights) {
    require(!log_weights.empty(), "an estimate of no chains");
    double top = -std::numeric_limits<double>::infinity();
    for (const double w : log_weights)
        top = w > top ? w : top;
    double sum = 0, squares = 0;
    for (const double w : log_weights) {
        sum += std::exp(w - top);
        squares += std::exp(2 * (w - top));
    }
    return {top + std::log(sum / static_cast<double>(log_weights.size())), sum * sum / squares};
}

/// f_beta = f_0^(1 - beta) f_1^beta of two parts that have log_density(x) (1 x N) and score(x) (D x
/// N).
template <class Base, class Target>
struct geometric_path {
    Base base;
    Target target;

    template <class X>
    X log_density(double beta, const X& x) const {
        using T = number_of<X>;
        return base.log_density(x) * T(1 - beta) + target.log_density(x) * T(beta);
    }
    template <class X>
    X score(double beta, const X& x) const {
        using T = number_of<X>;
        return base.score(x) * T(1 - beta) + target.score(x) * T(beta);
    }
};

/// exp(-|x|^2 / (2 deviation^2)).
struct isotropic_normal {
    double deviation = 1;

    template <class X>
    X log_density(const X& x) const {
        return sum_over_rows(square(x)) * number_of<X>(-0.5 / (deviation * deviation));
    }
    template <class X>
    X score(const X& x) const {
        return x * number_of<X>(-1 / (deviation * deviation));
    }
    /// log of the integral over D dimensions.
    [[nodiscard]] double log_z(extent dimensions) const {
        return static_cast<double>(dimensions) *
               (0.918938533204672741780329736405617640 + std::log(deviation));
    }
};

/// A mixture of isotropic Gaussians without their factor (2 pi)^(-D/2).
struct isotropic_mixture {
    std::vector<double> weights;
    nn::matrix<double> means;  ///< D x K
    std::vector<double> deviations;

    /// Throws bad_argument where the sizes differ.
    void check() const {
        require(!weights.empty() && weights.size() == deviations.size() &&
                    means.cols() == static_cast<extent>(weights.size()),
                "a mixture of ", weights.size(), " weights, ", means.cols(), " means and ",
                deviations.size(), " deviations");
    }
    template <class X>
    X log_density(const X& x) const {
        return logsumexp(components(x));
    }
    template <class X>
    X score(const X& x) const {
        using T = number_of<X>;
        const X share = softmax(components(x));
        X total = filled_like(x, T(0));
        for (std::size_t k = 0; k < weights.size(); ++k)
            total = total + (constant_beside(x, mean(k)) - x) * slice_rows(share, at(k), 1) *
                                T(1 / (deviations[k] * deviations[k]));
        return total;
    }

  private:
    static extent at(std::size_t k) { return static_cast<extent>(k); }
    [[nodiscard]] nn::matrix<double> mean(std::size_t k) const { return means.col(at(k)); }
    template <class X>
    X components(const X& x) const {
        using T = number_of<X>;
        X all{};
        for (std::size_t k = 0; k < weights.size(); ++k) {
            const double s = deviations[k];
            const X term =
                sum_over_rows(square(x - constant_beside(x, mean(k)))) * T(-0.5 / (s * s)) +
                T(std::log(weights[k]) - static_cast<double>(x.rows()) * std::log(s));
            all = k == 0 ? term : concat_rows(all, term);
        }
        return all;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
