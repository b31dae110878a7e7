// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Objectives of adversarial networks, on the outputs (logits) of a critic for real and for
// generated samples, 1 x N each. Every objective has critic(real, fake) and generator(real, fake),
// both to be minimised, 1 x 1.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/family/mapped.hpp>

namespace diffgen::inline DIFFGEN_ABI::family::adversarial {

/// Goodfellow et al. 2014, equation 1; with real_target below 1 its one-sided smoothing (Salimans
/// et al. 2016, section 3.4). Its value at the optimum is log 4.
struct minimax {
    double real_target = 1;

    template <class X>
    X critic(const X& real, const X& fake) const {
        using T = number_of<X>;
        return mean(softplus(-real) * T(real_target) + softplus(real) * T(1 - real_target)) +
               mean(softplus(fake));
    }
    template <class X>
    X generator(const X&, const X& fake) const {
        return -mean(softplus(fake));
    }
};

/// The same critic, and a generator with a gradient where the critic is sure (Goodfellow et al.
/// 2014, section 3).
struct non_saturating {
    double real_target = 1;

    template <class X>
    X critic(const X& real, const X& fake) const {
        return minimax{real_target}.critic(real, fake);
    }
    template <class X>
    X generator(const X&, const X& fake) const {
        return mean(softplus(-fake));
    }
};

/// Mao et al. 2017, equation 2: b, a and c are the three targets.
struct least_squares {
    double real_target = 1, fake_target = 0, generator_target = 1;

    template <class X>
    X critic(const X& real, const X& fake) const {
        return half(real, real_target) + half(fake, fake_target);
    }
    template <class X>
    X generator(const X&, const X& fake) const {
        return half(fake, generator_target);
    }

  private:
    template <class X>
    static X half(const X& v, double target) {
        using T = number_of<X>;
        return mean(square(v - T(target))) * T(0.5);
    }
};

/// Lim and Ye 2017; Miyato et al. 2018, equations 16 and 17.
struct hinge {
    template <class X>
    X critic(const X& real, const X& fake) const {
        using T = number_of<X>;
        return mean(max(T(1) - real, T(0))) + mean(max(fake + T(1), T(0)));
    }
    template <class X>
    X generator(const X&, const X& fake) const {
        return -mean(fake);
    }
};

/// Arjovsky et al. 2017, equation 3; the critic must be kept Lipschitz by other means
/// (gradient_penalty.hpp, spectral_norm.hpp, or clipped weights).
struct wasserstein {
    template <class X>
    X critic(const X& real, const X& fake) const {
        return mean(fake) - mean(real);
    }
    template <class X>
    X generator(const X&, const X& fake) const {
        return -mean(fake);
    }
};

/// What a relativistic objective is made of: the loss of a logit that should be high.
namespace base {
struct logistic {
    template <class X>
    X operator()(const X& v) const {
        return softplus(-v);
    }
};
struct least_squares {
    template <class X>
    X operator()(const X& v) const {
        return square(v - number_of<X>(1));
    }
};
struct hinge {
    template <class X>
    X operator()(const X& v) const {
        using T = number_of<X>;
        return max(T(1) - v, T(0));
    }
};
}  // namespace base

/// Against the mean of the other side (Jolicoeur-Martineau 2019, equations 5 and 6).
template <class Base = base::logistic>
struct relativistic_average {
    Base loss{};

    template <class X>
    X critic(const X& real, const X& fake) const {
        return mean(loss(real - mean(fake))) + mean(loss(mean(real) - fake));
    }
    template <class X>
    X generator(const X& real, const X& fake) const {
        return critic(fake, real);
    }
};

/// Pair by pair (Jolicoeur-Martineau 2019, equation 3); as many real ones as generated.
template <class Base = base::logistic>
struct relativistic_paired {
    Base loss{};

    template <class X>
    X critic(const X& real, const X& fake) const {
        if (real.cols() != fake.cols())
            throw bad_shape(diffgen::detail::text("diffgen: a paired objective of ", real.cols(),
                                                  " real and ", fake.cols(), " generated"));
        return mean(loss(real - fake));
    }
    template <class X>
    X generator(const X& real, const X& fake) const {
        return critic(fake, real);
    }
};

/// Energies instead of logits, low where the data are (Zhao et al. 2017, equations 1 and 2).
struct energy_based {
    double margin = 1;

    template <class X>
    X critic(const X& real, const X& fake) const {
        using T = number_of<X>;
        return mean(real) + mean(max(T(margin) - fake, T(0)));
    }
    template <class X>
    X generator(const X&, const X& fake) const {
        return mean(fake);
    }
};

/// Boundary equilibrium (Berthelot et al. 2017, section 3.4): energies are reconstruction errors,
/// and `balance` moves after each step so that E fake = gamma E real.
struct boundary_equilibrium {
    double gamma = 0.5, rate = 1e-3;
    double balance = 0;  ///< k_t, within [0, 1]

    template <class X>
    X critic(const X& real, const X& fake) const {
        return mean(real) - mean(fake) * number_of<X>(balance);
    }
    template <class X>
    X generator(const X&, const X& fake) const {
        return mean(fake);
    }
    /// After a step, with the mean energies of it; returns the measure of convergence.
    double see(double real, double fake) {
        const double gap = gamma * real - fake;
        balance = balance + rate * gap;
        balance = balance < 0 ? 0 : balance > 1 ? 1 : balance;
        return real + (gap < 0 ? -gap : gap);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::family::adversarial

#include <diffgen/core/with_macros.hpp>
