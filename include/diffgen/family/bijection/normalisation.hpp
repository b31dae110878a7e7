// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A scale and a shift a feature that make data standard: begun from a first batch (actnorm, Kingma
// and Dhariwal 2018, section 3.1), or from running moments (batch normalisation as a bijection,
// Dinh et al. 2017, section 3.7).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>

#include <cstddef>
#include <string>

namespace diffgen::inline DIFFGEN_ABI::family {

/// The mean and the variance (over n - 1) of every row. Throws bad_argument below two columns.
struct row_moments {
    nn::matrix<double> mean, variance;

    explicit row_moments(const nn::matrix<double>& x) {
        require(x.cols() >= 2, "moments of ", x.cols(), " samples; a variance wants two");
        mean = x.rowwise().mean();
        variance =
            (x.colwise() - mean.col(0)).rowwise().squaredNorm() / static_cast<double>(x.cols() - 1);
    }
};

/// y = exp(log_scale) x + shift.
struct actnorm {
    std::size_t log_scale, shift;  ///< D x 1

    /// Begins as the identity.
    template <class T>
    static actnorm make(nn::parameters<T>& list, const std::string& name, extent features) {
        return {list.add(name + ".log_scale", features, 1), list.add(name + ".shift", features, 1)};
    }
    /// Sets the parameters so that these samples, one a column, come out with mean 0 and
    /// variance 1. Throws bad_argument for a feature that does not vary.
    template <class T>
    void start_from(nn::parameters<T>& list, const nn::matrix<double>& x) const {
        const row_moments m(x);
        require(m.variance.minCoeff() > 0, "actnorm of a feature that does not vary");
        const nn::matrix<double> deviation = m.variance.cwiseSqrt();
        list[log_scale] = (-deviation.array().log()).matrix().template cast<T>();
        list[shift] = (-m.mean.array() / deviation.array()).matrix().template cast<T>();
    }

    template <class W, class X>
    mapped<X> forward(const W& w, const X& x) const {
        check_features(x, w[shift].rows(), "actnorm");
        return {x * exp(w[log_scale]) + w[shift], for_every_column(x, sum(w[log_scale]))};
    }
    template <class W, class X>
    mapped<X> inverse(const W& w, const X& y) const {
        check_features(y, w[shift].rows(), "actnorm");
        return {(y - w[shift]) * exp(-w[log_scale]), for_every_column(y, -sum(w[log_scale]))};
    }
};

/// y = (softplus(weight) + epsilon) (x - mean) / sqrt(variance + epsilon) + bias, with moments that
/// run along: m <- (1 - momentum) m + momentum m(batch).
struct batch_norm {
    std::size_t weight, bias;           ///< D x 1
    nn::matrix<double> mean, variance;  ///< D x 1
    double epsilon = 1e-5, momentum = 0.1;

    void see(const nn::matrix<double>& batch) {
        const row_moments m(batch);
        mean = (1 - momentum) * mean + momentum * m.mean;
        variance = (1 - momentum) * variance + momentum * m.variance;
    }

    template <class W, class X>
    mapped<X> forward(const W& w, const X& x) const {
        check_features(x, mean.rows(), "batch_norm");
        const auto [scale, centre] = parts(w, x);
        return {(x - centre) * scale + w[bias], for_every_column(x, sum(log(scale)))};
    }
    template <class W, class X>
    mapped<X> inverse(const W& w, const X& y) const {
        check_features(y, mean.rows(), "batch_norm");
        const auto [scale, centre] = parts(w, y);
        return {(y - w[bias]) / scale + centre, for_every_column(y, -sum(log(scale)))};
    }

  private:
    template <class P>
    struct two {
        P scale, centre;
    };
    template <class W, class X>
    auto parts(const W& w, const X& x) const {
        using P = typename W::value_type;
        const nn::matrix<double> root = (variance.array() + epsilon).rsqrt().matrix();
        return two<P>{(softplus(w[weight]) + number_of<P>(epsilon)) * constant_beside(x, root),
                      constant_beside(x, mean)};
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
