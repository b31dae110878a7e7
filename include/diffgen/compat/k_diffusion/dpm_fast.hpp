// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// sample_dpm_fast of k-diffusion: DPM-Solver-fast (Lu et al. 2022a, section 3.4 and appendix D),
// with noise added back after every step.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/k_diffusion/ancestral.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::k_diffusion {

/// A given number of evaluations, spread over singlestep methods of order 3, the last of them of
/// order 2 or 1. On `dpm_fast::grid`. Noise: 1 draw a step, whether or not it is used.
struct dpm_fast {
    static constexpr int registers = 3;  ///< the state, the next argument, the first noise estimate
    static constexpr int rows = 2;
    static constexpr int draws = 1;

    int evaluations = 18;
    double eta = 0;
    double s_noise = 1;

    void check() const {
        diffgen::detail::require(evaluations >= 1, "dpm_fast of ", evaluations,
                                 " evaluations; must be 1 or more");
        diffgen::detail::require(diffgen::detail::is_not_negative(eta), "dpm_fast with eta = ", eta,
                                 "; must be 0 or more");
    }

    /// Sigmas from `first` to `last`, both included, falling by equal factors.
    struct grid {
        int evaluations;
        double first, last;

        [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int /*steps*/) const {
            const int n = steps_of(evaluations);
            std::vector<noise_level> l;
            for (int i = 0; i <= n; ++i)
                l.push_back(p.level_of_log_snr(
                    -2 * (std::log(first) + i * (std::log(last) - std::log(first)) / n)));
            return l;
        }
    };

    [[nodiscard]] int stages(const step& s) const {
        const int left = steps_of(evaluations) - s.index, rest = evaluations % 3;
        if (rest == 0) return std::min(left, 3);
        return left > 1 ? 3 : rest;
    }

    [[nodiscard]] stage plan(const step& s, int j) const {
        using namespace symbol;
        const noise_level &from = s.from(), &to = s.to();
        const int order = stages(s);
        const bool last = j + 1 == order;
        const double start = from.sigma_over_alpha(), target = to.sigma_over_alpha();
        const double split = ancestral_step(start, target, eta).down;
        const double down = eta > 0 ? std::max(split, s.levels.back().sigma_over_alpha()) : target;
        const double h = std::log(start / down);
        // the fraction of h at which evaluation i lies
        const auto node = [&](int i) { return i == order ? 1. : static_cast<double>(i) / order; };

        const noise_level here = j == 0 ? from : detail::between(s, start, down, node(j));
        const linear_form value = eps(here, j == 0 ? 0 : 1);
        const linear_form first = j == 0 ? value : reg(2);
        const double k = node(j + 1) * h, growth = std::expm1(k), sigma = start * std::exp(-k);
        linear_form next = x / from.alpha - sigma * growth * first;
        if (j > 0) {
            const double slope = order == 2 ? 0.5 * growth : node(j + 1) * (growth / k - 1);
            next = next - sigma * slope / node(j) * (value - first);
        }
        stage out = evaluation_stage(here, j == 0 ? 0 : 1);
        if (last) {
            const double up = std::sqrt(std::max((target - down) * (target + down), 0.));
            out.draws = 1;
            return out.write(0, to.alpha * (next + s_noise * up * z));
        }
        out.write(1, detail::between(s, start, down, node(j + 1)).alpha * next);
        return j == 0 ? out.write(2, value) : out;
    }

  private:
    [[nodiscard]] static int steps_of(int evaluations) { return evaluations / 3 + 1; }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::k_diffusion

#include <diffgen/core/with_macros.hpp>
