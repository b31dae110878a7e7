// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Maps that bend space along a direction or around a point (Rezende and Mohamed 2015, "Variational
// inference with normalizing flows", equations 10 to 14 and appendix A).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/family/mapped.hpp>

#include <cstddef>
#include <limits>
#include <string>

namespace diffgen::inline DIFFGEN_ABI::family {

/// y = x + v h(w.x + b), where v is u moved along w so that w.v >= -1; h is tanh or, with a slope,
/// a leaky rectifier.
struct planar {
    std::size_t u, w, b;  ///< D x 1, D x 1, 1 x 1
    bool rectifier = false;
    double slope = 0.2;  ///< of the rectifier where its argument is negative

    template <class T>
    static planar make(nn::parameters<T>& list, const std::string& name, extent features,
                       bool rectifier = false) {
        planar made{list.add(name + ".u", features, 1), list.add(name + ".w", features, 1),
                    list.add(name + ".b", 1, 1), rectifier};
        list[made.w].setConstant(T(1) / static_cast<T>(features));
        return made;
    }

    template <class W, class X>
    mapped<X> forward(const W& p, const X& x) const {
        check_features(x, p[w].rows(), "a planar map");
        const auto k = strength(p);
        const X a = sum_over_rows(x * p[w]) + p[b];
        return {x + moved(p, k) * bend(a), log(bend_slope(a) * k + T_<X>(1))};
    }
    /// For the rectifier in closed form; for tanh the root of a + k tanh(a) = w.y + b by bisection
    /// and a Newton step, through which first gradients are exact.
    template <class W, class X>
    mapped<X> inverse(const W& p, const X& y) const {
        check_features(y, p[w].rows(), "a planar map");
        using T = T_<X>;
        const auto k = strength(p);
        const X c = sum_over_rows(y * p[w]) + p[b];
        const X a = rectifier ? X(select(c < T(0), c / as_beside(c, k * T(slope) + T(1)),
                                         c / as_beside(c, k + T(1))))
                              : root(as_beside(c, k), c);
        return {y - moved(p, k) * bend(a), -log(bend_slope(a) * k + T(1))};
    }

  private:
    template <class X>
    using T_ = number_of<X>;

    /// w.v = softplus(w.u) - 1.
    template <class W>
    auto strength(const W& p) const {
        using T = number_of<typename W::value_type>;
        return softplus(sum(p[w] * p[u])) - T(1);
    }
    template <class W, class K>
    auto moved(const W& p, const K& k) const {
        return p[u] + p[w] * ((k - sum(p[w] * p[u])) / sum(square(p[w])));
    }
    template <class X>
    X bend(const X& a) const {
        return rectifier ? X(relu(a, T_<X>(slope))) : X(tanh(a));
    }
    template <class X>
    X bend_slope(const X& a) const {
        using T = T_<X>;
        if (!rectifier) return T(1) - square(tanh(a));
        return select(a > T(0), filled_like(a, T(1)), T(slope));
    }
    template <class X>
    static X root(const X& k, const X& c) {
        using T = T_<X>;
        const X strength = detach(k), level = detach(c);
        X low = level - abs(strength), high = level + abs(strength);
        for (int i = 0; i < std::numeric_limits<T>::digits; ++i) {
            const X middle = (low + high) * T(0.5);
            const auto above = middle + tanh(middle) * strength > level;
            low = select(above, low, middle);
            high = select(above, middle, high);
        }
        const X a = (low + high) * T(0.5), h = tanh(a);
        return a - (a + h * k - c) / ((T(1) - square(h)) * k + T(1));
    }
};

/// y = x + h (x - z0), h = beta' / (|alpha| + r), r = |x - z0|, beta' = softplus(beta) - |alpha|.
struct radial {
    std::size_t beta, alpha, centre;  ///< 1 x 1, 1 x 1, D x 1

    template <class T>
    static radial make(nn::parameters<T>& list, const std::string& name, extent features) {
        radial made{list.add(name + ".beta", 1, 1), list.add(name + ".alpha", 1, 1),
                    list.add(name + ".centre", features, 1)};
        list[made.alpha].setOnes();
        return made;
    }

    template <class W, class X>
    mapped<X> forward(const W& p, const X& x) const {
        check_features(x, p[centre].rows(), "a radial map");
        const X from = x - p[centre], r = length(from);
        const X h = as_beside(r, pull(p)) / (r + abs(p[alpha]));
        return {x + from * h, log_det(p, r, h)};
    }
    template <class W, class X>
    mapped<X> inverse(const W& p, const X& y) const {
        using T = number_of<X>;
        check_features(y, p[centre].rows(), "a radial map");
        // r^2 + (softplus(beta) - R) r - |alpha| R = 0 with R = |y - z0|, without cancellation.
        const X from = y - p[centre], radius = length(from);
        const X half = (as_beside(radius, softplus(p[beta])) - radius) * T(0.5);
        const X product = radius * abs(p[alpha]), root = sqrt(square(half) + product);
        const X r = select(half > T(0), product / (root + abs(half)), root - half);
        const X h = as_beside(r, pull(p)) / (r + abs(p[alpha]));
        return {from / (h + T(1)) + p[centre], -log_det(p, r, h)};
    }

  private:
    template <class W>
    auto pull(const W& p) const {
        return softplus(p[beta]) - abs(p[alpha]);
    }
    /// The tiny number keeps the derivative at the centre a number.
    template <class X>
    static X length(const X& from) {
        return sqrt(sum_over_rows(square(from)) + std::numeric_limits<number_of<X>>::min());
    }
    template <class W, class X>
    X log_det(const W& p, const X& r, const X& h) const {
        using T = number_of<X>;
        const X slope = -(h * r / (r + abs(p[alpha])));
        return log(h + T(1)) * static_cast<T>(p[centre].rows() - 1) + log(h + slope + T(1));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
