// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The method of GITS (Chen et al. 2024, "On the Trajectory Regularity of ODE-based Diffusion
// Sampling", section 4): the steps that leave a reference trajectory least, by dynamic programming.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/fit/dynamic_program.hpp>
#include <diffgen/fit/error.hpp>
#include <diffgen/fit/options.hpp>

#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::fit {

/// A jump costs how far one step of the solver, from the reference, ends beside the reference: the
/// Euclidean distance of x / alpha, averaged over the batch. Local errors only, each `coefficient`
/// times as much as one a step earlier: cheap, and the same table serves any n, but no guarantee
/// that the error at the end falls. A multistep solver is judged by its first step, which has no
/// history. About candidates^2 / 2 steps.
struct trajectory {
    double coefficient = 1.15;  ///< the paper's, mostly 1 to 1.3
    paired error{};

    void check() const {
        diffgen::detail::require(diffgen::detail::is_positive(coefficient),
                                 "fit::trajectory with coefficient = ", coefficient,
                                 "; must be above 0, mostly 1.15");
    }

    template <class Bench>
    void improve(Bench& b, int n, fitted& f) const {
        const std::vector<noise_level>& levels = b.candidates();
        const std::vector<ends> reference = b.trajectory();
        jump_costs costs(static_cast<int>(levels.size()) - 1);
        for (int i = 0; i < costs.last(); ++i) {
            b.jumps(i, reference[static_cast<std::size_t>(i)], [&](int j, const ends& x) {
                const auto to = static_cast<std::size_t>(j);
                costs.at(i, j) = deviation(x, reference[to]) / levels[to].alpha;
            });
            f.finished = b.go_on(f.error_after);
            if (!f.finished) return;
        }
        std::vector<double> ratios;
        for (const int place : cheapest_path(costs, n, coefficient))
            ratios.push_back(levels[static_cast<std::size_t>(place)].sigma_over_alpha());
        f.error_after = b.error(error, ratios);
        f.grid.values = ratios;
    }

  private:
    /// The mean distance of corresponding samples, infinite where there are none.
    [[nodiscard]] static double deviation(const ends& x, const ends& reference) {
        if (x.values.empty()) return diffgen::detail::infinity;
        double sum = 0;
        for (std::size_t i = 0; i < x.samples(); ++i)
            sum += detail::distance(x.sample(i), reference.sample(i), x.elements);
        return sum / static_cast<double>(x.samples());
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::fit

#include <diffgen/core/with_macros.hpp>
