// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The predictor-corrector sampler of score_sde_pytorch (sampling.py, Song et al. 2021): a step of
// 1 / N wherever the N times lie, and discrete coefficients looked up at int(t (N - 1)).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/unsupported.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::score_sde {

enum class sde { vp, subvp, ve };
enum class predictor { euler_maruyama, reverse_diffusion, ancestral_sampling, none };
enum class corrector { langevin, ald, none };

/// N times from 1 to eps, both included; after the last, the run is over. The closing level is
/// never read.
struct times {
    double eps = 1e-3;

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        std::vector<noise_level> l;
        for (int i = 0; i < n; ++i)
            l.push_back(p.level(n > 1 ? 1 + i * (eps - 1) / (n - 1) : 1.));
        l.push_back({0, diffgen::detail::infinity, 1, 0, 0});
        return l;
    }
};

/// At every time first the corrector, then the predictor, on schedule::linear_beta (vp),
/// schedule::sub_vp of it (subvp) or schedule::geometric (ve) with their kernels.
/// Evaluations a step: corrector_steps + 1. Noise: a draw an evaluation, used or not.
struct predictor_corrector {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;
    using tuner = solver::target_snr;

    score_sde::sde sde = sde::vp;
    score_sde::predictor predictor = predictor::reverse_diffusion;
    score_sde::corrector corrector = corrector::none;
    double snr = 0.16;
    int corrector_steps = 1;
    bool probability_flow = false;
    bool denoise = true;  ///< the last predictor step adds no noise
    double beta_min = 0.1, beta_max = 20;
    double sigma_min = 0.01, sigma_max = 50;

    /// Throws compat::unsupported for what the peer has not either.
    void check() const {
        const bool ancestral = predictor == predictor::ancestral_sampling;
        if (sde == sde::subvp && (ancestral || corrector != corrector::none))
            throw unsupported(
                "diffgen: score_sde has no ancestral sampling and no correctors for "
                "the sub-VP SDE");
        if (ancestral && probability_flow)
            throw unsupported(
                "diffgen: score_sde has no ancestral sampling of the probability "
                "flow");
    }

    [[nodiscard]] int stages(const step&) const { return corrections() + 1; }

    [[nodiscard]] stage plan(const step& s, int j) const {
        return j < corrections() ? correct(s) : predict(s);
    }

  private:
    [[nodiscard]] int corrections() const {
        return corrector == corrector::none ? 0 : corrector_steps;
    }

    /// Both steps are Langevin's; they differ in where the step size comes from.
    [[nodiscard]] stage correct(const step& s) const {
        const noise_level& l = s.from();
        const double alpha = sde == sde::ve ? 1. : 1 - beta(s);
        if (corrector == corrector::langevin)
            return solver::langevin_corrector{snr, alpha}.correct(l);
        const double root = snr * l.sigma;
        return solver::langevin{4 * root * root * alpha}.correct(l);
    }

    [[nodiscard]] stage predict(const step& s) const {
        using namespace symbol;
        const noise_level& l = s.from();
        if (predictor == predictor::none) return update_stage(l).write(0, x);
        const linear_form score = grad_log_q(l);
        const auto [f, G2] = discretized(s);
        stage out = evaluation_stage(l);
        out.draws = 1;
        if (predictor == predictor::ancestral_sampling) {
            const bool vp = sde == sde::vp;
            const double scale = vp ? std::sqrt(1 - G2) : 1.;
            const double kept = vp ? 1. : 1 - G2 / (sigma(s, 0) * sigma(s, 0));
            return out.write(0, (x + G2 * score) / scale + noise(s, G2 * kept));
        }
        const double part = probability_flow ? 0.5 : 1.;
        return out.write(0, x - f * x + part * G2 * score + noise(s, probability_flow ? 0. : G2));
    }

    [[nodiscard]] linear_form noise(const step& s, double variance) const {
        const bool last = s.index + 1 == s.count();
        return (denoise && last ? 0. : std::sqrt(variance)) * symbol::z;
    }

    /// One forward step over 1 / N: x grows by f x and by noise of variance G2.
    struct forward_step {
        double f, G2;
    };
    [[nodiscard]] forward_step discretized(const step& s) const {
        if (predictor == predictor::euler_maruyama || sde == sde::subvp) {
            const double t = s.from().t;
            return {s.process.drift(t) / s.count(), s.process.diffusion_squared(t) / s.count()};
        }
        if (sde == sde::vp) return {std::sqrt(1 - beta(s)) - 1, beta(s)};
        return {0, product(sigma(s, 0), sigma(s, 0)) - product(sigma(s, -1), sigma(s, -1))};
    }

    [[nodiscard]] static int place(const step& s) {
        return static_cast<int>(s.from().t * (s.count() - 1));
    }
    [[nodiscard]] static double fraction(const step& s, int i) {
        return s.count() > 1 ? static_cast<double>(i) / (s.count() - 1) : 0.;
    }
    /// Entry of the N discrete betas at the step's time.
    [[nodiscard]] double beta(const step& s) const {
        return (beta_min + product(fraction(s, place(s)), beta_max - beta_min)) / s.count();
    }
    /// Entry of the N discrete sigmas at the step's time, or `offset` from it; 0 before the first.
    [[nodiscard]] double sigma(const step& s, int offset) const {
        const int i = place(s) + offset;
        return i < 0 ? 0. : sigma_min * std::pow(sigma_max / sigma_min, fraction(s, i));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::score_sde

#include <diffgen/core/with_macros.hpp>
