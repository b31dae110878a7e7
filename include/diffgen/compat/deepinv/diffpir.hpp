// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// deepinv's DiffPIR (deepinv/sampling/diffusion.py), with two deviations from Zhu et al. 2023: the
// noise of the first state is reduced by the constructor's sigma, not by the measurement's, and the
// last denoised estimate is thrown away.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/deepinv/denoiser.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::deepinv {

struct diffpir {
    double sigma = 0.05;
    int max_iter = 100;
    double zeta = 0.1;
    double lambda = 7;

    struct call {
        double sigma;
        vector input;
    };
    struct run {
        std::vector<int> seq;
        std::vector<call> calls;  ///< of the network
        vector result;
    };

    /// Samples lie in [0, 1]. start: the first estimate, A'y where there is none.
    template <class Predictor, class Operator, class Draw>
    [[nodiscard]] run operator()(Predictor predictor, const posterior::measured<Operator>& m,
                                 const std::optional<vector>& start, Draw&& draw) const {
        require(max_iter >= 2, "diffpir of ", max_iter, " iterations; must be 2 or more");
        denoiser<Predictor> net(std::move(predictor));
        std::vector<double> ac;
        double product = 1;
        for (int t = 0; t < 1000; ++t)
            ac.push_back(product *= 1 - (1e-4 + t * ((0.02 - 1e-4) / 999)));
        run out;
        for (int i = 0; i < max_iter; ++i)
            out.seq.push_back(static_cast<int>(std::floor(std::sqrt(i * 1e6 / (max_iter - 1)))));
        --out.seq.back();
        const auto at = [&](std::size_t i) { return static_cast<std::size_t>(999 - out.seq[i]); };
        const auto reduced = [&](double a) { return std::sqrt(1 - a) / std::sqrt(a); };

        const vector first = start ? *start : vector(m.op().adjoint(m.y(0)));
        vector x = 2 * first.array() - 1;
        const double cs0 = reduced(ac[at(0)]);
        x = (x + std::sqrt(cs0 * cs0 - 4 * sigma * sigma) * vector(draw(x.size()))) *
            std::sqrt(ac[at(0)]);
        for (std::size_t i = 0; i < out.seq.size(); ++i) {
            const double a = ac[at(i)], cs = reduced(a);
            out.calls.push_back({cs / 2, (x / (2 * std::sqrt(a))).array() + 0.5});
            const vector d = net(out.calls.back().input, cs / 2);
            vector x0 = clipped(2 * d.array() - 1, bounds{-1, 1});
            if (out.seq[i] == out.seq.back()) continue;
            const double rho = lambda * m.variance() / (cs * cs), gamma = 1 / (2 * rho);
            vector q = x0.array() / 2 + 0.5;
            q += gamma * m.op().adjoint(m.op().solve(gamma, 1, m.residual(q).col(0)));
            x0 = 2 * q.array() - 1;
            const vector e = (x - std::sqrt(a) * x0) / std::sqrt(1 - a);
            const double next = ac[at(i + 1)];
            x = std::sqrt(next) * x0 +
                std::sqrt(1 - next) *
                    (std::sqrt(1 - zeta) * e + std::sqrt(zeta) * vector(draw(x.size())));
        }
        out.result = x.array() / 2 + 0.5;
        return out;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::deepinv

#include <diffgen/core/with_macros.hpp>
