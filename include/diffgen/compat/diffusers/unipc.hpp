// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// UniPCMultistepScheduler of diffusers (Zhao et al. 2023).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/dpm_update.hpp>
#include <diffgen/compat/diffusers/lambda_levels.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

namespace detail {

/// w with sum over k of w_k r_k^i = b_i for i = 0 .. n-1.
[[nodiscard]] inline std::array<double, 3> moment_weights(std::array<double, 3> r,
                                                          std::array<double, 3> b, int n) {
    const auto count = static_cast<std::size_t>(n);
    // Bjorck and Pereyra 1970, for the dual of a Vandermonde system
    for (std::size_t k = 0; k + 1 < count; ++k)
        for (std::size_t i = count - 1; i > k; --i)
            b[i] -= product(r[k], b[i - 1]);
    for (std::size_t k = count; k-- > 0;) {
        for (std::size_t i = k + 1; i < count; ++i)
            b[i] /= r[i] - r[i - k - 1];
        for (std::size_t i = k; i + 1 < count; ++i)
            b[i] -= b[i + 1];
    }
    return b;
}

}  // namespace detail

/// UniP, and UniC once the value at the new level is there; the predictor of order 2 and the
/// corrector of order 1 have the weight 1/2 instead of the right one.
/// Evaluations a step: 1. Noise: none.
class unipc {
  public:
    static constexpr int registers = 5;  ///< the state, three values, the step's start
    static constexpr int rows = 3;
    static constexpr int draws = 0;

    /// Throws compat::unsupported for an order above 3.
    explicit unipc(const config& c)
        : order_(c.solver_order),
          by_noise_(!c.predict_x0),
          bh1_(c.solver_type == solver_type::bh1),
          lower_order_final_(c.lower_order_final),
          uncorrected_(c.disable_corrector) {
        if (order_ < 1 || order_ > 3)
            throw unsupported(
                diffgen::detail::text("diffgen: 'solver_order' is ", order_, ", not 1, 2 or 3"));
    }

    [[nodiscard]] bool noise_prediction() const { return by_noise_; }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level& from = s.from();
        const linear_form value = by_noise_ ? eps(from) : D;
        const int i = s.index;
        const bool corrects =
            s.remembered() > 0 &&
            std::find(uncorrected_.begin(), uncorrected_.end(), i - 1) == uncorrected_.end();
        const linear_form start =
            corrects ? advanced(s, i - 1, order_of(s, i - 1), reg(start_slot), value, true) : x;
        stage out = evaluation_stage(from);
        out.write(0, advanced(s, i, order_of(s, i), start, value, false));
        return out.write(start_slot, start).write(slot(i), value);
    }

  private:
    static constexpr int start_slot = 4;

    [[nodiscard]] static int slot(int i) { return 1 + i % 3; }
    [[nodiscard]] int order_of(const step& s, int i) const {
        return std::min(lower_order_final_ ? std::min(order_, s.count() - i) : order_,
                        i - s.begin + 1);
    }

    /// The state at level i + 1 from the state at level i, the values at i, i - 1 .. and, in the
    /// corrector, at i + 1; `value` is the one at the step's level.
    [[nodiscard]] linear_form advanced(const step& s, int i, int order, linear_form state,
                                       linear_form value, bool corrects) const {
        const auto m = [&](int j) { return j == s.index ? value : symbol::reg(slot(j)); };
        const noise_level &from = s.level(i), &to = s.level(i + 1);
        const double h = lambda(to) - lambda(from), hh = by_noise_ ? h : -h;
        const double phi_1 = std::expm1(hh), B = bh1_ ? hh : phi_1;
        if (!std::isfinite(B))
            throw unsupported("diffgen: 'solver_type' = 'bh1' with a final sigma of 0 is NaN");
        const double gain = by_noise_ ? to.sigma : to.alpha;
        const double kept = by_noise_ ? to.alpha / from.alpha : to.sigma / from.sigma;

        std::array<double, 3> r{}, b{};
        std::array<linear_form, 3> differences{};
        const int count = corrects ? order : order - 1;
        double phi = phi_1 / hh - 1, factorial = 1;
        for (int k = 0; k < count; ++k) {
            const auto at = static_cast<std::size_t>(k);
            const bool newest = corrects && k + 1 == order;
            const int j = newest ? i + 1 : i - k - 1;
            r[at] = newest ? 1. : (lambda(s.level(j)) - lambda(from)) / h;
            differences[at] = (m(j) - m(i)) / r[at];
            b[at] = phi * factorial / B;
            factorial *= k + 2;
            phi = phi / hh - 1 / factorial;
        }
        const bool simplified = count == 1 && order == (corrects ? 1 : 2);
        const auto rho =
            simplified ? std::array<double, 3>{0.5} : detail::moment_weights(r, b, count);
        linear_form sum;
        for (int k = 0; k < count; ++k)
            sum += rho[static_cast<std::size_t>(k)] * differences[static_cast<std::size_t>(k)];
        return kept * state - gain * (phi_1 * m(i) + B * sum);
    }

    int order_;
    bool by_noise_, bh1_, lower_order_final_;
    std::vector<int> uncorrected_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
