// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Adversarial objectives of f-divergences (Nowozin et al. 2016, "f-GAN", table 6): the critic's
// output v becomes g(v) in the domain of the conjugate f*. Here f*(g(v)) stands as one function, by
// which nothing overflows that need not.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/family/mapped.hpp>

namespace diffgen::inline DIFFGEN_ABI::family::adversarial {

namespace divergence {

struct kl {
    template <class X>
    static X activation(const X& v) {
        return v;
    }
    template <class X>
    static X conjugate(const X& v) {  // exp(t - 1)
        return exp(v - number_of<X>(1));
    }
};
struct reverse_kl {
    template <class X>
    static X activation(const X& v) {
        return -exp(-v);
    }
    template <class X>
    static X conjugate(const X& v) {  // -1 - log(-t)
        return v - number_of<X>(1);
    }
};
struct pearson {
    template <class X>
    static X activation(const X& v) {
        return v;
    }
    template <class X>
    static X conjugate(const X& v) {  // t^2 / 4 + t
        return square(v) * number_of<X>(0.25) + v;
    }
};
struct squared_hellinger {
    template <class X>
    static X activation(const X& v) {
        return -expm1(-v);
    }
    template <class X>
    static X conjugate(const X& v) {  // t / (1 - t)
        return expm1(v);
    }
};
struct jensen_shannon {
    static constexpr double log_2 = 0.693147180559945309417232121458176568;

    template <class X>
    static X activation(const X& v) {
        return number_of<X>(log_2) - softplus(-v);
    }
    template <class X>
    static X conjugate(const X& v) {  // -log(2 - exp(t))
        return softplus(v) - number_of<X>(log_2);
    }
};
struct gan {
    template <class X>
    static X activation(const X& v) {
        return -softplus(-v);
    }
    template <class X>
    static X conjugate(const X& v) {  // -log(1 - exp(t))
        return softplus(v);
    }
};

}  // namespace divergence

/// Equation 7 of Nowozin et al.; `alternative` takes the generator of section 3.2, -E g(v).
template <class Divergence>
struct f_divergence {
    Divergence f{};
    bool alternative = false;

    template <class X>
    X critic(const X& real, const X& fake) const {
        return mean(f.conjugate(fake)) - mean(f.activation(real));
    }
    template <class X>
    X generator(const X&, const X& fake) const {
        return alternative ? -mean(f.activation(fake)) : -mean(f.conjugate(fake));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::family::adversarial

#include <diffgen/core/with_macros.hpp>
