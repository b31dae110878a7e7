// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Linear maps whose determinant is at hand: a product of triangles and a permutation (Kingma and
// Dhariwal 2018, "Glow", equation 10).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>

#include <Eigen/LU>

#include <cmath>
#include <cstddef>
#include <string>

namespace diffgen::inline DIFFGEN_ABI::family {

namespace detail {

/// The upper triangle of u with d in the place of its diagonal.
template <class P, class D>
auto upper_with_diagonal(const P& u, const D& d) {
    const extent n = u.rows();
    const auto above = nn::detail::ones_of<double>(nn::triangle::unit_upper, n);
    return u * constant_beside(u, above) +
           constant_beside(u, nn::matrix<double>(nn::matrix<double>::Identity(n, n))) * d;
}

}  // namespace detail

/// y = L U x + bias: L has a diagonal of ones, U one of softplus(d) + least. Begins as the
/// identity.
struct lu_linear {
    std::size_t lower, upper, diagonal, bias;  ///< D x D, of which the triangle counts; D x 1
    double least = 1e-3;

    /// Throws bad_argument for a least diagonal that is not in [0, 1).
    template <class T>
    static lu_linear make(nn::parameters<T>& list, const std::string& name, extent features,
                          double least = 1e-3) {
        require(least >= 0 && least < 1, "an lu_linear with a least diagonal of ", least,
                "; must be from 0 to below 1");
        lu_linear made{list.add(name + ".lower", features, features),
                       list.add(name + ".upper", features, features),
                       list.add(name + ".diagonal", features, 1),
                       list.add(name + ".bias", features, 1), least};
        list[made.diagonal].setConstant(static_cast<T>(std::log(std::expm1(1 - least))));
        return made;
    }

    template <class W, class X>
    mapped<X> forward(const W& w, const X& x) const {
        check_features(x, w[bias].rows(), "a linear map");
        const auto d = diagonal_of(w);
        const X u = matmul(detail::upper_with_diagonal(w[upper], d), x);
        return {matmul(triangular(w[lower], nn::triangle::unit_lower), u) + w[bias],
                for_every_column(x, sum(log(d)))};
    }
    template <class W, class X>
    mapped<X> inverse(const W& w, const X& y) const {
        check_features(y, w[bias].rows(), "a linear map");
        const auto d = diagonal_of(w);
        const X u = solve_triangular(w[lower], nn::triangle::unit_lower, X(y - w[bias]));
        return {solve_triangular(detail::upper_with_diagonal(w[upper], d), nn::triangle::upper, u),
                for_every_column(y, -sum(log(d)))};
    }
    /// L U.
    template <class W>
    auto weight(const W& w) const {
        return matmul(triangular(w[lower], nn::triangle::unit_lower),
                      detail::upper_with_diagonal(w[upper], diagonal_of(w)));
    }

  private:
    template <class W>
    auto diagonal_of(const W& w) const {
        return softplus(w[diagonal]) + number_of<typename W::value_type>(least);
    }
};

/// y = W x with W = P L (U + diag(sign exp(log_size))), of which L, U and log_size are trained; y =
/// W' x where `transposed`.
struct plu_linear {
    std::size_t lower, upper, log_size;  ///< D x D, of which the triangle counts; D x 1
    nn::matrix<double> permutation;      ///< P
    nn::matrix<double> sign;             ///< D x 1
    bool transposed = false;

    /// The factors of a given matrix, with pivots. Throws bad_argument for a singular one.
    template <class T>
    static plu_linear make(nn::parameters<T>& list, const std::string& name,
                           const nn::matrix<double>& w) {
        const extent n = w.rows();
        require(n > 0 && w.cols() == n && w.allFinite(), "a plu_linear of a ", n, " x ", w.cols(),
                " matrix; must be square and finite");
        const Eigen::PartialPivLU<nn::matrix<double>> lu(w);
        const nn::matrix<double> d = lu.matrixLU().diagonal();
        require(d.array().abs().minCoeff() > 0, "a plu_linear of a singular matrix");
        plu_linear made{list.add(name + ".lower", n, n), list.add(name + ".upper", n, n),
                        list.add(name + ".log_size", n, 1),
                        lu.permutationP().inverse() * nn::matrix<double>::Identity(n, n),
                        d.array().sign().matrix()};
        list[made.lower] = lu.matrixLU().template cast<T>();
        list[made.upper] = lu.matrixLU().template cast<T>();
        list[made.log_size] = d.array().abs().log().matrix().template cast<T>();
        return made;
    }

    template <class W, class X>
    mapped<X> forward(const W& w, const X& x) const {
        check_features(x, sign.rows(), "a linear map");
        const auto l = triangular(w[lower], nn::triangle::unit_lower);
        const auto p = constant_beside(x, permutation);
        const auto back = nn::form::transposed;
        const X y = transposed ? X(matmul(upper_of(w), matmul(l, matmul(p, x, back), back), back))
                               : X(matmul(p, matmul(l, matmul(upper_of(w), x))));
        return {y, for_every_column(x, sum(w[log_size]))};
    }
    template <class W, class X>
    mapped<X> inverse(const W& w, const X& y) const {
        check_features(y, sign.rows(), "a linear map");
        const auto p = constant_beside(y, permutation);
        const auto back = nn::form::transposed;
        const auto lower_solved = [&](const X& b, nn::form f) {
            return X(solve_triangular(w[lower], nn::triangle::unit_lower, b, f));
        };
        const auto upper_solved = [&](const X& b, nn::form f) {
            return X(solve_triangular(upper_of(w), nn::triangle::upper, b, f));
        };
        const X x = transposed ? X(matmul(p, lower_solved(upper_solved(y, back), back)))
                               : upper_solved(lower_solved(matmul(p, y, back), nn::form::plain),
                                              nn::form::plain);
        return {x, for_every_column(y, -sum(w[log_size]))};
    }
    /// W.
    template <class W>
    auto weight(const W& w) const {
        return matmul(constant_beside(w[upper], permutation),
                      matmul(triangular(w[lower], nn::triangle::unit_lower), upper_of(w)));
    }

  private:
    template <class W>
    auto upper_of(const W& w) const {
        return detail::upper_with_diagonal(w[upper],
                                           exp(w[log_size]) * constant_beside(w[log_size], sign));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
