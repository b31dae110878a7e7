// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Restricted Boltzmann machines (Smolensky 1986; Hinton 2002): E(v, h) = -b.v - c.h - v'W h with h
// of zeros and ones, v of zeros and ones or, with |v - b|^2 / 2 for -b.v, Gaussian. Small ones have
// an exact Z, by summation over the smaller side.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>
#include <diffgen/family/objective/variational.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace diffgen::inline DIFFGEN_ABI::family {

/// -log of the sum over h of exp(-E(v, h)), a column each: 1 x N. W: visible x hidden.
template <class P, class X>
X rbm_free_energy(const X& v, const P& weight, const P& b, const P& c, bool gaussian = false) {
    using T = number_of<X>;
    const X hidden = sum_over_rows(softplus(matmul(weight, v, nn::form::transposed) + c));
    if (gaussian) return sum_over_rows(square(v - b)) * T(0.5) - hidden;
    return -sum_over_rows(v * b) - hidden;
}

class restricted_boltzmann {
  public:
    nn::matrix<double> weight, b, c;  ///< visible x hidden, visible x 1, hidden x 1
    bool gaussian = false;

    /// Throws bad_argument where the sizes do not fit.
    void check() const {
        require(b.rows() == weight.rows() && c.rows() == weight.cols() && b.cols() == 1 &&
                    c.cols() == 1 && weight.size() > 0,
                "a Boltzmann machine of ", b.rows(), " and ", c.rows(), " biases with weights of ",
                weight.rows(), " x ", weight.cols());
    }

    /// Gradients of a mean over samples by all parameters.
    struct gradient {
        nn::matrix<double> weight, b, c;
    };

    [[nodiscard]] nn::matrix<double> hidden_probability(const nn::matrix<double>& v) const {
        return squash((weight.transpose() * v).colwise() + c.col(0));
    }
    /// The probability of ones, or the mean of a Gaussian.
    [[nodiscard]] nn::matrix<double> visible_mean(const nn::matrix<double>& h) const {
        const nn::matrix<double> a = (weight * h).colwise() + b.col(0);
        return gaussian ? a : squash(a);
    }
    [[nodiscard]] nn::matrix<double> free_energy(const nn::matrix<double>& v) const {
        using nn::values;
        return plain(rbm_free_energy(values<double>(v), values<double>(weight), values<double>(b),
                                     values<double>(c), gaussian));
    }
    /// d log p / dv, of Gaussian machines.
    [[nodiscard]] nn::matrix<double> score(const nn::matrix<double>& v) const {
        return weight * hidden_probability(v) - (v.colwise() - b.col(0));
    }

    /// log of the sum over all states. Throws bad_argument where the smaller side (the hidden one
    /// of a Gaussian machine) has more than 24 units.
    [[nodiscard]] double log_z() const {
        const bool over_hidden = gaussian || weight.cols() <= weight.rows();
        const extent n = over_hidden ? weight.cols() : weight.rows();
        double top = -std::numeric_limits<double>::infinity(), total = 0;
        for_every_state(n, [&](const nn::matrix<double>& s) {
            const double term = over_hidden ? log_weight_of_hidden(s) : -free_energy(s)(0, 0);
            if (term > top) total *= std::exp(top - term);
            top = std::max(top, term);
            total += std::exp(term - top);
        });
        return top + std::log(total);
    }
    [[nodiscard]] nn::matrix<double> log_likelihood(const nn::matrix<double>& v) const {
        return (-free_energy(v).array() - log_z()).matrix();
    }

    /// E v, E h and E v h' under the model, by summation.
    [[nodiscard]] gradient expectations() const {
        const double z = log_z();
        const bool over_hidden = gaussian || weight.cols() <= weight.rows();
        gradient g{0 * weight, 0 * b, 0 * c};
        for_every_state(
            over_hidden ? weight.cols() : weight.rows(), [&](const nn::matrix<double>& s) {
                const double p =
                    std::exp((over_hidden ? log_weight_of_hidden(s) : -free_energy(s)(0, 0)) - z);
                const nn::matrix<double> v = over_hidden ? visible_mean(s) : s,
                                         h = over_hidden ? s : hidden_probability(s);
                g.weight += p * v * h.transpose();
                g.b += p * v;
                g.c += p * h;
            });
        return g;
    }
    /// What the data have in place of the expectations: hidden probabilities stand for states.
    [[nodiscard]] gradient statistics(const nn::matrix<double>& v) const {
        const nn::matrix<double> h = hidden_probability(v);
        const double n = static_cast<double>(v.cols());
        return {v * h.transpose() / n, v.rowwise().mean(), h.rowwise().mean()};
    }
    /// The gradient of the mean log-likelihood, upwards.
    [[nodiscard]] gradient exact_gradient(const nn::matrix<double>& data) const {
        return between(statistics(data), expectations());
    }
    /// Contrastive divergence, upwards: `chain` are states after some Gibbs steps, begun at the
    /// data (CD-k, Hinton 2002) or kept from the step before (persistent, Tieleman 2008).
    [[nodiscard]] gradient contrastive_divergence(const nn::matrix<double>& data,
                                                  const nn::matrix<double>& chain) const {
        return between(statistics(data), statistics(chain));
    }

    /// One Gibbs step of every column: h = [u < p(h | v)], then v = [u < p(v | h)], or for a
    /// Gaussian machine its mean plus normal noise in the place of the second uniforms. Returns h.
    nn::matrix<double> gibbs(nn::matrix<double>& v, const nn::matrix<double>& uniform_hidden,
                             const nn::matrix<double>& visible_noise) const {
        nn::matrix<double> h = below(uniform_hidden, hidden_probability(v));
        const nn::matrix<double> m = visible_mean(h);
        v = gaussian ? nn::matrix<double>(m + visible_noise) : below(visible_noise, m);
        return h;
    }

  private:
    static nn::matrix<double> squash(const nn::matrix<double>& x) {
        return x.unaryExpr([](double v) { return diffgen::sigmoid(v); });
    }
    static nn::matrix<double> below(const nn::matrix<double>& u, const nn::matrix<double>& p) {
        return (u.array() < p.array()).cast<double>().matrix();
    }
    static nn::matrix<double> plain(const nn::values<double>& x) {
        return Eigen::Map<const nn::matrix<double>>(x.data(), x.rows(), x.cols());
    }
    static gradient between(const gradient& p, const gradient& q) {
        return {p.weight - q.weight, p.b - q.b, p.c - q.c};
    }
    /// log of the sum (or integral) over v of exp(-E(v, h)).
    [[nodiscard]] double log_weight_of_hidden(const nn::matrix<double>& h) const {
        const nn::matrix<double> a = weight * h;
        const double linear = (c.transpose() * h)(0, 0);
        if (gaussian)
            return linear + (b.transpose() * a)(0, 0) + 0.5 * a.squaredNorm() +
                   0.5 * log_two_pi * static_cast<double>(b.rows());
        return linear + (a + b).unaryExpr([](double v) { return diffgen::softplus(v); }).sum();
    }
    template <class F>
    static void for_every_state(extent n, F f) {
        require(n <= 24, "an exact Z of a Boltzmann machine with ", n,
                " units on its smaller side");
        nn::matrix<double> s(n, 1);
        for (std::uint32_t bits = 0; bits < (std::uint32_t{1} << n); ++bits) {
            for (extent i = 0; i < n; ++i)
                s(i, 0) = (bits >> i) & 1u;
            f(s);
        }
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
