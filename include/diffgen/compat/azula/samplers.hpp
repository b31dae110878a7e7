// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The samplers of azula (azula/sample.py), for any predictor: those under a measurement are what
// posterior::given returns. States are matrices of a column a sample.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/azula/schedule.hpp>
#include <diffgen/posterior/estimator.hpp>
#include <diffgen/posterior/given.hpp>
#include <diffgen/posterior/krylov.hpp>
#include <diffgen/posterior/measured.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::azula {

enum class sampler { ddim, ddpm, euler, heun };

/// What a run leaves behind.
struct trajectory {
    std::vector<matrix> samples;   ///< the state after each step
    std::vector<matrix> denoised;  ///< of each evaluation
};

/// From x at the first level down to the last. Normals: normals(rows, cols) gives the next draw; a
/// step of ddim and ddpm draws, also where the noise has the factor 0. eta is that of ddim.
template <class Predictor, class Normals>
[[nodiscard]] trajectory sample(sampler method, double eta, Predictor predictor,
                                const std::vector<noise_level>& levels, matrix x,
                                Normals&& normals) {
    posterior::estimator<Predictor> estimator(std::move(predictor));
    trajectory out;
    const auto denoised = [&](const matrix& at, const noise_level& l) {
        out.denoised.push_back(estimator.denoised(at, l));
        return out.denoised.back();
    };
    for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
        const noise_level &from = levels[i], &to = levels[i + 1];
        const matrix d = denoised(x, from);
        if (method == sampler::ddim || method == sampler::ddpm) {
            const matrix z = normals(x.rows(), x.cols());
            x = ddim_step(method == sampler::ddpm ? 1 : eta, from, to, x, d, z);
        } else {
            const double h = to.alpha * (to.sigma / to.alpha - from.sigma / from.alpha);
            const matrix scaled = to.alpha / from.alpha * x;
            matrix eps = (x - from.alpha * d) / from.sigma;
            x = scaled + h * eps;
            if (method == sampler::heun) {
                const matrix again = (x - to.alpha * denoised(x, to)) / to.sigma;
                x = scaled + h * ((eps + again) / 2);
            }
        }
        out.samples.push_back(x);
    }
    return out;
}

/// The method of DiffPIRDenoiser: posterior::proximal, whose system is solved in the space of x by
/// a fixed number of products.
struct diffpir {
    double lambda = 1;
    posterior::krylov solver{};

    void check() const { solver.check(); }

    template <class Estimates, class Operator>
    [[nodiscard]] matrix operator()(const Estimates& e,
                                    const posterior::measured<Operator>& m) const {
        require(m.sigma() > 0, "azula's diffpir divides by the noise of the measurement, which is ",
                m.sigma());
        const auto system = [&](const matrix& q) -> matrix {
            matrix out = m.adjoint(m.apply(q)) / m.variance();
            for (Index i = 0; i < q.cols(); ++i) {
                const double r = e.level(i).sigma / e.level(i).alpha;
                out.col(i) += lambda / (r * r) * q.col(i);
            }
            return out;
        };
        const matrix right = m.adjoint(m.residual(e.denoised)) / m.variance();
        return e.denoised + solver.solve(system, right);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::azula

#include <diffgen/core/with_macros.hpp>
