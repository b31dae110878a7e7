// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What deepinv's samplers see of a network: the estimate of x_0 from x_0 + sigma eps, a sample at a
// time, and the product with its Jacobian.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/unsupported.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/posterior/estimator.hpp>
#include <diffgen/posterior/langevin.hpp>
#include <diffgen/posterior/measured.hpp>

#include <optional>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::compat::deepinv {

using posterior::Index;
using posterior::matrix;
using posterior::vector;

/// [low, high], or none.
struct bounds {
    double low, high;
};
using clip = std::optional<bounds>;

[[nodiscard]] inline vector clipped(const vector& x, const clip& to) {
    return to ? vector(x.cwiseMax(to->low).cwiseMin(to->high)) : x;
}

template <class Predictor>
class denoiser {
  public:
    explicit denoiser(Predictor p) : estimator_(std::move(p)) {}

    [[nodiscard]] vector operator()(const vector& x, double sigma) {
        return estimator_.denoised(x, posterior::exploding_level(sigma)).col(0);
    }
    [[nodiscard]] vector vjp(const vector& x, const vector& v, double sigma) {
        return estimator_.vjp(x, v, posterior::exploding_level(sigma)).col(0);
    }
    /// Of a state in [-1, 1], where the network knows [0, 1].
    [[nodiscard]] vector of_doubled(const vector& x, double sigma) {
        const vector halved = (x.array() + 1) / 2;
        return 2 * (*this)(halved, sigma / 2).array() - 1;
    }

  private:
    posterior::estimator<Predictor> estimator_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::deepinv

#include <diffgen/core/with_macros.hpp>
