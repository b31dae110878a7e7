// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// LMSDiscreteScheduler of diffusers: Adams-Bashforth methods in sigma on steps of any length
// (k-diffusion's linear multistep sampler), on the grid sigma_grid.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/exploding.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// Of the order 1, 2 .. that the step's number in the grid allows, at most `order`. The
/// coefficients, which diffusers finds by quadrature with a tolerance of 1e-4, are exact here. A
/// run that begins in the middle of the grid has the coefficients of the full order for the slopes
/// that are there, as the peer does, and none for those that are not.
struct lms {
    static constexpr int registers = 4;  ///< the state and the last three slopes, latest first
    static constexpr int rows = 4;
    static constexpr int draws = 0;

    int order = 4;

    /// Throws compat::unsupported outside 1 .. 4.
    void check() const {
        if (order < 1 || order > 4)
            throw unsupported(diffgen::detail::text("diffgen: 'order' is ", order,
                                                    " in LMSDiscreteScheduler; diffgen reproduces "
                                                    "1, 2, 3, 4"));
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level& from = s.from();
        const linear_form slope = eps(from);
        const int used = std::min(order, s.index + 1);
        linear_form next = x + coefficient(s, used, 0) * slope;
        for (int i = 1; i < std::min(used, s.remembered() + 1); ++i)
            next += coefficient(s, used, i) * reg(i);
        stage out = evaluation_stage(from).write(0, next).write(1, slope);
        for (int i = 2; i < std::min(order, s.remembered() + 2); ++i)
            out.write(i, reg(i - 1));
        return out;
    }

  private:
    /// The integral over the step of the polynomial that is 1 at the i-th last sigma and 0 at the
    /// other `used` last ones, by Simpson's rule: it is a cubic at most.
    [[nodiscard]] static double coefficient(const step& s, int used, int i) {
        const auto sigma = [&](int k) { return s.level(s.index - k).sigma; };
        const auto polynomial = [&](double at) {
            double value = 1;
            for (int k = 0; k < used; ++k)
                if (k != i) value = product(value, (at - sigma(k)) / (sigma(i) - sigma(k)));
            return value;
        };
        const double a = sigma(0), b = s.to().sigma;
        return (b - a) / 6 * (polynomial(a) + 4 * polynomial(0.5 * (a + b)) + polynomial(b));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
