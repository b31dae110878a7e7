// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// deepinv's PosteriorDiffusion and DPS (deepinv/sampling/diffusion.py): the reverse SDE with a data
// fidelity in its score, with what that library does differently from the papers:
//   the clip of the dps fidelities also changes the unconditional part of the score, on [0, 1];
//   after euler and heun the last denoising is at another level than the state's.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/deepinv/denoiser.hpp>
#include <diffgen/compat/deepinv/fidelity.hpp>
#include <diffgen/compat/deepinv/sde.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::deepinv {

enum class sde_solver { euler, heun, ancestral, ddim, ddpm, ddpm_large };

struct posterior_diffusion {
    deepinv::sde sde{};
    deepinv::fidelity fidelity{};
    sde_solver solver = sde_solver::euler;
    double alpha = 1;  ///< share of the noise: 0 is the probability flow
    double eta = 0;    ///< of ddim
    bool minus_one_one = true;
    bool denoise_output = true;

    struct run {
        std::vector<vector> samples;  ///< the initial state, and that after each step
        vector result;
    };

    /// From x at times[0] on. draw(count) gives the next normals.
    template <class Predictor, class Operator, class Draw>
    [[nodiscard]] run operator()(Predictor predictor, const posterior::measured<Operator>& m,
                                 const std::vector<double>& times, vector x, Draw&& draw) const {
        require(times.size() >= 2, "a run of ", times.size(), " times; must be 2 or more");
        denoiser<Predictor> net(std::move(predictor));
        run out{{unit(x)}, {}};
        for (std::size_t i = 0; i + 1 < times.size(); ++i) {
            x = is_sde() ? sde_step(net, m, x, times[i], times[i + 1], draw)
                         : jump(net, m, x, times[i], times[i + 1], draw);
            out.samples.push_back(unit(x));
        }
        if (denoise_output) x = last(net, x, times);
        out.result = unit(x);
        return out;
    }

  private:
    [[nodiscard]] bool is_sde() const {
        return solver == sde_solver::euler || solver == sde_solver::heun;
    }
    [[nodiscard]] vector unit(const vector& x) const {
        return minus_one_one ? vector((x.array() + 1) / 2) : x;
    }

    template <class Net, class Operator, class Draw>
    [[nodiscard]] vector score(Net& net, const posterior::measured<Operator>& m, const vector& x,
                               double t, Draw& draw) const {
        const double c = sde.scale(t), s = sde.noise(t);
        const vector u = unit(x / c);
        const double su = minus_one_one ? s / 2 : s;
        const vector d = net(u, su);
        const vector g = fidelity.gradient(net, u, su, d, m, draw);
        const vector used = fidelity.clips() ? clipped(d, fidelity.clip) : d;
        const vector estimate = minus_one_one ? vector(2 * used.array() - 1) : used;
        return (c * estimate - x) / (c * c * s * s) - (minus_one_one ? 0.5 : 1.) / c * g;
    }
    template <class Net, class Operator, class Draw>
    [[nodiscard]] vector drift(Net& net, const posterior::measured<Operator>& m, const vector& x,
                               double t, Draw& draw) const {
        return -sde.drift(t) * x +
               (1 + alpha) / 2 * sde.diffusion_squared(t) * score(net, m, x, t, draw);
    }
    [[nodiscard]] double diffusion(double t) const {
        return std::sqrt(alpha * sde.diffusion_squared(t));
    }

    /// The normals of a step are drawn before its first score.
    template <class Net, class Operator, class Draw>
    [[nodiscard]] vector sde_step(Net& net, const posterior::measured<Operator>& m, const vector& x,
                                  double t0, double t1, Draw& draw) const {
        const double dt = std::abs(t1 - t0);
        const vector dW = std::sqrt(dt) * vector(draw(x.size()));
        const vector drift0 = drift(net, m, x, t0, draw);
        vector euler = x + drift0 * dt + diffusion(t0) * dW;
        if (solver == sde_solver::euler) return euler;
        const vector drift1 = drift(net, m, euler, t1, draw);
        return x + (drift0 + drift1) * dt / 2 + (diffusion(t0) + diffusion(t1)) / 2 * dW;
    }

    template <class Net, class Operator, class Draw>
    [[nodiscard]] vector jump(Net& net, const posterior::measured<Operator>& m, const vector& x,
                              double t0, double t1, Draw& draw) const {
        const vector grad = score(net, m, x, t0, draw);
        const double c0 = sde.scale(t0), c1 = sde.scale(t1);
        const double s0 = sde.noise(t0), s1 = sde.noise(t1), r = s1 / s0;
        const double share = solver == sde_solver::ddim ? eta : 1;
        const double R = solver == sde_solver::ancestral ? std::pow(r, 2 * alpha)
                                                         : 1 - share * share * (1 - r * r);
        double n = s1 * std::sqrt(std::max(0., 1 - R));
        if (solver == sde_solver::ddpm_large) n *= c0 * s0 / (c1 * s1);
        vector next = c1 / c0 * x + c0 * c1 * s0 * s0 * (1 - r * std::sqrt(R)) * grad;
        if (n > 0) next += c1 * n * vector(draw(x.size()));
        return next;
    }

    template <class Net>
    [[nodiscard]] vector last(Net& net, const vector& x, const std::vector<double>& times) const {
        const double end = times.back(), before = times[times.size() - 2];
        const double c = sde.scale(is_sde() ? before : end);
        const double s = is_sde() ? diffusion(before) * std::sqrt(std::abs(times[1] - times[0])) / c
                                  : sde.noise(end);
        if (!(s > 0)) return x;
        const vector u = x / c;
        return c * (minus_one_one ? net.of_doubled(u, s) : net(u, s));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::deepinv

#include <diffgen/core/with_macros.hpp>
