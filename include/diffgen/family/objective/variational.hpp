// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Bounds of variational autoencoders (Kingma and Welling 2014; Burda et al. 2016; Higgins et al.
// 2017), as formulas: K draws a sample are the rows of K x N matrices.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

inline constexpr double log_two_pi = 1.837877066409345483560659472811235279;

/// log N(x; mean, exp(log_variance)) summed over features: 1 x N.
template <class X, class M, class L>
auto gaussian_log_likelihood(const X& x, const M& mean, const L& log_variance) {
    using T = number_of<X>;
    return sum_over_rows((square(x - mean) * exp(-log_variance) + log_variance + T(log_two_pi)) *
                         T(-0.5));
}
/// The same with one variance for all.
template <class X, class M>
auto gaussian_log_likelihood(const X& x, const M& mean, double variance) {
    using T = number_of<X>;
    return sum_over_rows(square(x - mean) * T(-0.5 / variance) -
                         T(0.5 * (log_two_pi + std::log(variance))));
}

/// q(z | x), a diagonal Gaussian: both L x N.
template <class X>
struct gaussian_posterior {
    X mean, log_variance;

    /// z = mean + exp(log_variance / 2) noise: gradients go through the draw.
    template <class Noise>
    [[nodiscard]] X draw(const Noise& noise) const {
        return mean + exp(log_variance * number_of<X>(0.5)) * noise;
    }
    /// KL(q || N(0, 1)) in closed form (Kingma and Welling 2014, appendix B): 1 x N.
    [[nodiscard]] X kl() const {
        using T = number_of<X>;
        return sum_over_rows((square(mean) + exp(log_variance) - log_variance - T(1)) * T(0.5));
    }
    [[nodiscard]] X log_density(const X& z) const {
        return gaussian_log_likelihood(z, mean, log_variance);
    }
};

/// The evidence lower bound: mean over draws of log p(x | z) - beta KL: 1 x N.
template <class X>
X elbo(const X& log_p_x, const X& kl, double beta = 1) {
    using T = number_of<X>;
    return sum_over_rows(log_p_x) / static_cast<T>(log_p_x.rows()) - kl * T(beta);
}

/// The importance-weighted bound, log of the mean weight (Burda et al. 2016, equation 8): 1 x N. It
/// rises towards log p(x) with the number of draws.
template <class X>
X importance_weighted_bound(const X& log_weights) {
    using T = number_of<X>;
    return logsumexp(log_weights) - T(std::log(static_cast<double>(log_weights.rows())));
}

/// All that the bounds are made of; Decoded is what the decoder gives.
template <class X, class Decoded = X>
struct variational_parts {
    gaussian_posterior<X> q;
    std::vector<X> z;              ///< one a draw
    std::vector<Decoded> decoded;  ///< one a draw
    X log_p_x, log_p_z, log_q;     ///< K x N
    X kl;                          ///< 1 x N

    [[nodiscard]] X log_weights() const { return log_p_x + log_p_z - log_q; }
};

/// encoder(w, x) gives a gaussian_posterior, decoder(w, z) what observation(decoded, x) takes for
/// log p(x | z), 1 x N.
template <class Encoder, class Decoder, class Observation>
class variational_autoencoder {
  public:
    variational_autoencoder(Encoder encoder, Decoder decoder, Observation observation)
        : encoder_(std::move(encoder)),
          decoder_(std::move(decoder)),
          observation_(std::move(observation)) {}
    const Encoder& encoder() const { return encoder_; }
    const Decoder& decoder() const { return decoder_; }

    /// One draw for each matrix of noise, L x N. Throws bad_argument for none.
    template <class W, class X, class Noise>
    auto parts(const W& w, const X& x, const std::vector<Noise>& noise) const {
        require(!noise.empty(), "a bound of no draws");
        using decoded = decltype(decoder_(w, x));
        variational_parts<X, decoded> p{encoder_(w, x), {}, {}, {}, {}, {}, {}};
        for (std::size_t k = 0; k < noise.size(); ++k) {
            p.z.push_back(p.q.draw(noise[k]));
            p.decoded.push_back(decoder_(w, p.z[k]));
            const X log_p_x = observation_(p.decoded[k], x), log_q = p.q.log_density(p.z[k]),
                    log_p_z = gaussian_log_likelihood(p.z[k], filled_like(p.z[k], 0), 1.0);
            p.log_p_x = k == 0 ? log_p_x : concat_rows(p.log_p_x, log_p_x);
            p.log_p_z = k == 0 ? log_p_z : concat_rows(p.log_p_z, log_p_z);
            p.log_q = k == 0 ? log_q : concat_rows(p.log_q, log_q);
        }
        p.kl = p.q.kl();
        return p;
    }

  private:
    Encoder encoder_;
    Decoder decoder_;
    Observation observation_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
