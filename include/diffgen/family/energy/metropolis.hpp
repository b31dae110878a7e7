// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Transitions that leave a density along a path as it is: proposals accepted by the full
// Metropolis-Hastings ratio (random walk; Langevin, Roberts and Tweedie 1996; Hamiltonian, Duane et
// al. 1987), and the Gibbs steps of Boltzmann machines (Salakhutdinov and Murray 2008).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/family/energy/restricted_boltzmann.hpp>
#include <diffgen/family/mapped.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::family {

/// The proposals; noise is normal, of the state's shape.
enum class proposal { random_walk, langevin, hamiltonian };

template <class X>
struct metropolis_step {
    X state, accepted;  ///< accepted: 1 x N, ones and zeros
};

/// A step of every chain: random walk x + step z; Langevin x + step score / 2 + sqrt(step) z; or
/// `leapfrogs` leapfrog steps with momentum z. Accepted where log u is below the log-ratio.
struct metropolis {
    proposal kind = proposal::langevin;
    double step = 0.1;
    int leapfrogs = 10;

    template <class Path, class X, class U>
    metropolis_step<X> operator()(const Path& path, double beta, const X& x, const X& noise,
                                  const U& uniform) const {
        using T = number_of<X>;
        X to = x, ratio = filled_like(uniform, T(0));
        if (kind == proposal::random_walk) {
            to = x + noise * T(step);
        } else if (kind == proposal::langevin) {
            const X here = path.score(beta, x);
            to = x + here * T(0.5 * step) + noise * T(std::sqrt(step));
            const X there = path.score(beta, to);
            ratio = way(to, x, there) - way(x, to, here);
        } else {
            X p = noise + path.score(beta, x) * T(0.5 * step);
            for (int i = 0; i < leapfrogs; ++i) {
                to = to + p * T(step);
                p = p + path.score(beta, to) * T(i + 1 == leapfrogs ? 0.5 * step : step);
            }
            ratio = (sum_over_rows(square(noise)) - sum_over_rows(square(p))) * T(0.5);
        }
        ratio = ratio + path.log_density(beta, to) - path.log_density(beta, x);
        const auto better = log(uniform) < ratio;
        return {select(better, to, x),
                select(better, filled_like(uniform, T(1)), filled_like(uniform, T(0)))};
    }

  private:
    /// The log-density of the Langevin proposal from a to b, without its constant.
    template <class X>
    X way(const X& a, const X& b, const X& score) const {
        using T = number_of<X>;
        return sum_over_rows(square(b - a - score * T(0.5 * step))) * T(-0.5 / step);
    }
};

/// The path from independent units with bias a to a Boltzmann machine: log f_t = (1 - t) a.v + t
/// b.v + sum softplus(t (c + v'W)).
struct boltzmann_path {
    nn::matrix<double> base_bias;  ///< a
    restricted_boltzmann machine;

    template <class X>
    X log_density(double beta, const X& v) const {
        return sum_over_rows(v * bias(beta, v)) + sum_over_rows(softplus(hidden(beta, v)));
    }
    /// A Gibbs step of f_beta from uniform numbers, hidden x N and visible x N.
    template <class X>
    X gibbs(double beta, const X& v, const X& uniform_hidden, const X& uniform_visible) const {
        using T = number_of<X>;
        const auto below = [](const X& u, const X& logit) {
            return X(select(u < sigmoid(logit), filled_like(u, T(1)), filled_like(u, T(0))));
        };
        const X h = below(uniform_hidden, hidden(beta, v));
        const auto w = constant_beside(v, nn::matrix<double>(beta * machine.weight));
        return below(uniform_visible, matmul(w, h) + bias(beta, v));
    }
    /// log Z at beta = 0.
    [[nodiscard]] double base_log_z() const {
        double total = static_cast<double>(machine.c.rows()) * std::log(2.0);
        for (extent i = 0; i < base_bias.rows(); ++i)
            total += diffgen::softplus(base_bias(i, 0));
        return total;
    }

  private:
    template <class X>
    auto bias(double beta, const X& v) const {
        return constant_beside(v, nn::matrix<double>((1 - beta) * base_bias + beta * machine.b));
    }
    template <class X>
    X hidden(double beta, const X& v) const {
        const auto w = constant_beside(v, nn::matrix<double>(beta * machine.weight));
        return matmul(w, v, nn::form::transposed) +
               constant_beside(v, nn::matrix<double>(beta * machine.c));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
