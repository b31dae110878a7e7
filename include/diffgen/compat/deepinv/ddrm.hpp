// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// deepinv's DDRM (deepinv/sampling/diffusion.py), with two deviations from Kawar et al. 2022: its
// noise is divided by the square root of 2, and a singular value counts only above the
// measurement's noise. The right rule is posterior::ddrm.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/deepinv/denoiser.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::deepinv {

struct ddrm {
    double eta = 0.85;
    double etab = 1;
    double eps = 1e-6;

    struct call {
        double sigma;
        vector input;
    };
    struct run {
        std::vector<call> calls;  ///< of the network
        vector result;
    };

    /// A = U diag(values) V', V square and `values` padded with zeros to its size. sigma_y: the
    /// measurement's noise.
    template <class Predictor, class Draw>
    [[nodiscard]] run operator()(Predictor predictor, const matrix& U, const vector& values,
                                 const matrix& V, const vector& y, double sigma_y,
                                 const std::vector<double>& sigmas, Draw&& draw) const {
        require(!sigmas.empty(), "ddrm without levels");
        denoiser<Predictor> net(std::move(predictor));
        const Index n = V.rows();
        vector along = vector::Zero(n);
        along.head(U.cols()) = U.transpose() * y;
        const vector yb = along.array() / (values.array() + eps);
        const vector nsr = sigma_y / (values.array() + eps);
        run out;
        vector xb(n);
        const double c = std::sqrt(1 - eta * eta);
        for (std::size_t t = 0; t < sigmas.size(); ++t) {
            const double s = sigmas[t];
            vector mean(n), deviation(n);
            const vector x = t > 0 ? vector(V.transpose() * out.result) : vector();
            for (Index i = 0; i < n; ++i) {
                const bool used = values[i] > sigma_y;
                if (t == 0) {
                    mean[i] = used ? yb[i] : 0;
                    deviation[i] = used ? std::sqrt(s * s - nsr[i] * nsr[i]) : s;
                } else if (!used) {
                    mean[i] = x[i] + c * s * (xb[i] - x[i]) / sigmas[t - 1];
                    deviation[i] = eta * s;
                } else if (s < nsr[i]) {
                    mean[i] = x[i] + c * s * (yb[i] - x[i]) / (nsr[i] + eps);
                    deviation[i] = eta * s;
                } else {
                    mean[i] = (1 - etab) * x[i] + etab * yb[i];
                    deviation[i] = std::sqrt(std::max(0., s * s - nsr[i] * etab * nsr[i] * etab));
                }
            }
            xb = mean + deviation.cwiseProduct(vector(draw(n))) / std::sqrt(2.);
            out.calls.push_back({s, V * xb});
            out.result = net(out.calls.back().input, s);
        }
        return out;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::deepinv

#include <diffgen/core/with_macros.hpp>
