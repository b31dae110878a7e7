// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Methods that move the denoised estimate towards the measurement and need no derivative.
//
//   null_space   DDNM (Wang et al. 2023): what A sees of D becomes what was measured
//   proximal     DiffPIR (Zhu et al. 2023): the minimum of misfit and distance from D

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/posterior/given.hpp>
#include <diffgen/posterior/operators/singular_values.hpp>

#include <algorithm>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// D' = D + V L S^-1 U'(y - A D), A = U S V'. Without noise L = 1 (algorithm 1). With noise, along
/// a singular value s whose noise sigma_y / s is above that of the state, L = (sigma / alpha) s /
/// sigma_y, so that a solver that adds noise adds no more than there should be (DDNM+, eq. 19).
class null_space {
  public:
    /// Finds the operator's singular values.
    template <linear_operator Operator>
    explicit null_space(const Operator& a) : svd_(svd_of(a)) {}

    template <class Estimates, class Operator>
    [[nodiscard]] matrix operator()(const Estimates& e, const measured<Operator>& m) const {
        detail::check_size("a sample", e.denoised.rows(), svd_.V.rows());
        matrix out = e.denoised;
        for (Index i = 0; i < out.cols(); ++i) {
            const noise_level& l = e.level(i);
            const double r = l.sigma / l.alpha;
            const vector gap = svd_.U.transpose() * m.y(i) -
                               svd_.values.cwiseProduct(svd_.V.transpose() * out.col(i));
            vector move(gap.size());
            for (Index k = 0; k < gap.size(); ++k) {
                const double s = svd_.values[k];
                const double part = m.sigma() > 0 ? std::min(1., r * s / m.sigma()) : 1;
                move[k] = part * gap[k] / s;
            }
            out.col(i) += svd_.V * move;
        }
        return out;
    }

  private:
    singular_values svd_;
};

/// D' = argmin |y - A x|^2 / (2 sigma_y^2) + lambda |x - D|^2 / (2 r^2), r = sigma / alpha, which
/// is D + r^2 / lambda A'(r^2 / lambda A A' + sigma_y^2 I)^-1 (y - A D). Needs solve(s, r, y) of
/// the operator.
struct proximal {
    double lambda = 1;

    void check() const {
        require(detail::is_positive(lambda), "proximal with lambda = ", lambda,
                "; must be above 0");
    }

    template <class Estimates, class Operator>
    [[nodiscard]] matrix operator()(const Estimates& e, const measured<Operator>& m) const {
        static_assert(solves<Operator>,
                      "diffgen: this posterior method solves with A A' s + r: give the operator a "
                      "member solve(s, r, y), or use posterior::dense of its matrix");
        const matrix residual = m.residual(e.denoised);
        matrix out = e.denoised;
        for (Index i = 0; i < out.cols(); ++i) {
            const noise_level& l = e.level(i);
            const double rho = (l.sigma / l.alpha) * (l.sigma / l.alpha) / lambda;
            out.col(i) +=
                rho * m.op().adjoint(m.op().solve(rho, m.variance(), vector(residual.col(i))));
        }
        return out;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
