// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The density to which classifier-free guidance points without noise, p^(1 - w) q^w over its
// integral (Ho and Salimans 2022, section 3), of Gaussians and mixtures. With noise the guided
// score is not that of this density noised, which is why guided samples do not have it as their
// law; both are known here.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/posterior/matrices.hpp>
#include <diffgen/posterior/mixture.hpp>

#include <Eigen/Dense>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

namespace detail {

/// A Gaussian as the exponential of -x'P x / 2 + b'x + c.
struct natural_gaussian {
    matrix precision;
    vector linear;
    double constant;

    [[nodiscard]] static natural_gaussian of(const mixture& m, Index k) {
        require(m.variances().col(k).minCoeff() > 0, "component ", k,
                " of a density that is taken to a power has an axis without variance");
        const vector precisions = m.variances().col(k).cwiseInverse();
        natural_gaussian g;
        g.precision = m.spread(k, precisions);
        g.linear = g.precision * m.means().col(k);
        constexpr double log_two_pi = 1.837877066409345483560659472811;
        g.constant =
            -0.5 * (m.means().col(k).dot(g.linear) + m.variances().col(k).array().log().sum() +
                    log_two_pi * static_cast<double>(m.dimension()));
        return g;
    }
    void add(double power, const natural_gaussian& g) {
        precision += power * g.precision;
        linear += power * g.linear;
        constant += power * g.constant;
    }
};

}  // namespace detail

struct normalised_product {
    mixture density;
    double log_normaliser;  ///< log of the integral of p^(1 - w) q^w
};

/// p^(1 - w) q^w over its integral. p is one Gaussian. q is one Gaussian too, or a mixture, whose
/// power w is then a whole number above 0; the product has (components of q)^w components, in the
/// order of the numbers whose digits are the components of q. Throws bad_argument where p is a
/// mixture, w is not finite or no such number, the product would have more than 10,000 components
/// or cannot be normalised, since q^w is wider than p^(w - 1); bad_shape where sizes differ.
[[nodiscard]] inline normalised_product power_product(const mixture& p, const mixture& q,
                                                      double w) {
    detail::check_size("the second density of a product", q.dimension(), p.dimension());
    require(p.components() == 1, "a power product from a mixture of ", p.components(),
            " components; one Gaussian is taken to any power");
    const bool is_mixture = q.components() > 1;
    require(std::isfinite(w) && (!is_mixture || (w >= 1 && w == std::floor(w))),
            "the power w = ", w, " of ", q.components(),
            " components; must be finite, of several a whole number "
            "above 0");
    const int factors = is_mixture ? static_cast<int>(w) : 1;
    const double power = is_mixture ? 1 : w;
    const double count = std::pow(static_cast<double>(q.components()), factors);
    require(count <= 1e4, "a product of ", count, " components; at most 10,000");
    std::vector<detail::natural_gaussian> parts;
    for (Index k = 0; k < q.components(); ++k)
        parts.push_back(detail::natural_gaussian::of(q, k));
    const auto from = detail::natural_gaussian::of(p, 0);

    const auto n = static_cast<Index>(count);
    const Index d = p.dimension();
    vector logs(n);
    matrix means(d, n), variances(d, n);
    std::vector<matrix> axes;
    for (Index i = 0; i < n; ++i) {
        detail::natural_gaussian g{matrix::Zero(d, d), vector::Zero(d), 0};
        g.add(1 - w, from);
        Index rest = i;
        for (int f = 0; f < factors; ++f, rest /= q.components()) {
            const Index k = rest % q.components();
            g.add(power, parts[static_cast<std::size_t>(k)]);
            g.constant += power * std::log(q.weights()[k]);
        }
        const Eigen::SelfAdjointEigenSolver<matrix> solver(g.precision);
        const vector& precisions = solver.eigenvalues();
        require(precisions.minCoeff() > 0, "a power product with w = ", w,
                " that has no integral: its precision along an axis is ", precisions.minCoeff());
        const vector along = solver.eigenvectors().transpose() * g.linear;
        means.col(i) = solver.eigenvectors() * along.cwiseQuotient(precisions);
        variances.col(i) = precisions.cwiseInverse();
        axes.push_back(solver.eigenvectors());
        constexpr double log_two_pi = 1.837877066409345483560659472811;
        logs[i] = g.constant +
                  0.5 * (along.cwiseAbs2().cwiseQuotient(precisions).sum() -
                         precisions.array().log().sum() + log_two_pi * static_cast<double>(d));
    }
    const double top = logs.maxCoeff();
    vector weights = (logs.array() - top).exp().matrix();
    const double log_normaliser = top + std::log(weights.sum());
    return {mixture(std::move(weights), std::move(means), std::move(variances), std::move(axes)),
            log_normaliser};
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
