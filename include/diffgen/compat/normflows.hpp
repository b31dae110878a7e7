// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the normflows library (1.7) does in its own way.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/family/bijection/normalisation.hpp>
#include <diffgen/family/mapped.hpp>

#include <string>

namespace diffgen::inline DIFFGEN_ABI::compat::normflows {

/// AffineCoupling's scale map "sigmoid" divides: scale = 1 / sigmoid(s + 2). (Its "sigmoid_inv" is
/// family::scale_map::sigmoid{2, 0}.)
struct dividing_sigmoid {
    template <class X>
    X operator()(const X& s) const {
        return -log_sigmoid(s + family::number_of<X>(2));
    }
};

/// ActNorm begun by its first call: by forward, s = -log(std + 1e-6) and t = -mean exp(s); by
/// inverse, s = log(std + 1e-6) and t = mean, of the data that this call sees.
template <class T>
void start_actnorm(const family::actnorm& layer, nn::parameters<T>& list,
                   const nn::matrix<double>& x, bool by_inverse) {
    const family::row_moments m(x);
    const nn::matrix<double> log_deviation = (m.variance.array().sqrt() + 1e-6).log().matrix();
    const nn::matrix<double> s = by_inverse ? log_deviation : nn::matrix<double>(-log_deviation);
    const nn::matrix<double> t =
        by_inverse ? m.mean : nn::matrix<double>((-m.mean.array() * s.array().exp()).matrix());
    list[layer.log_scale] = s.template cast<T>();
    list[layer.shift] = t.template cast<T>();
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::normflows

#include <diffgen/core/with_macros.hpp>
