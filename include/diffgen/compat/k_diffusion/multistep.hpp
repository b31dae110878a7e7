// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The multistep samplers of k-diffusion: sample_lms, sample_dpmpp_2m, sample_dpmpp_2m_sde,
// sample_dpmpp_3m_sde. What they keep is in registers 1 ..; the first steps are of lower order.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/solver/exponential.hpp>
#include <diffgen/solver/history.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::k_diffusion {

/// Linear multistep over sigma, also on the step to sigma = 0. The peer's quadrature of the
/// coefficients is replaced by their closed form. Noise: none.
struct lms {
    static constexpr int registers = solver::max_nodes;
    static constexpr int rows = 2;
    static constexpr int draws = 0;

    int order = 4;

    void check() const {
        diffgen::detail::require(order >= 1 && order <= solver::max_nodes, "lms of order ", order,
                                 "; it is 1 to ", solver::max_nodes);
    }
    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        const noise_level &from = s.from(), &to = s.to();
        const int count = std::min(s.remembered() + 1, order);
        std::array<double, solver::max_nodes> nodes{};
        for (int i = 0; i < count; ++i)
            nodes[static_cast<std::size_t>(i)] =
                s.level(s.index - i).sigma_over_alpha() - from.sigma_over_alpha();
        const double h = (to.is_clean() ? 0. : to.sigma_over_alpha()) - from.sigma_over_alpha();
        const auto w = solver::exponential_weights(0, h, nodes, count);
        const linear_form slope = symbol::eps(from);
        linear_form next = symbol::x / from.alpha + w[0] * slope;
        for (int i = 1; i < count; ++i)
            next += w[static_cast<std::size_t>(i)] * values.value(s.index - i);
        return evaluation_stage(from).write(0, to.alpha * next).write(values.slot(s.index), slope);
    }

  private:
    static constexpr solver::history values{1, solver::max_nodes - 1};  ///< of the slope
};

namespace detail {

/// The part of DPM-Solver++ that all share: x goes over `rate` times the step h in -log sigma, with
/// the denoised estimate held (Lu et al. 2022b). All in units of the data.
struct exponential_step {
    double h, rate, held;

    exponential_step(const step& s, double eta)
        : h(length(s, s.index)), rate((1 + eta) * h), held(-std::expm1(-rate)) {}

    /// h of step i.
    [[nodiscard]] static double length(const step& s, int i) {
        return 0.5 * (s.level(i + 1).log_snr - s.level(i).log_snr);
    }
    [[nodiscard]] linear_form decayed(const noise_level& from) const {
        return (1 - held) / from.alpha * symbol::x;
    }
    /// 1 - (1 - exp(-rate)) / rate.
    [[nodiscard]] double phi_2() const { return 1 - held / rate; }
};

/// The noise of a step of rate (1 + eta) h; 1 draw where eta is not 0.
inline stage with_noise(stage out, const noise_level& to, double h, double eta, double s_noise) {
    if (eta == 0) return out;
    out.draws = 1;
    out.updates[0].form += s_noise * to.sigma * std::sqrt(-std::expm1(-2 * eta * h)) * symbol::z;
    return out;
}

}  // namespace detail

/// DPM-Solver++(2M). Noise: none.
struct dpmpp_2m {
    static constexpr int registers = 2;
    static constexpr int rows = 2;
    static constexpr int draws = 0;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level &from = s.from(), &to = s.to();
        if (to.is_clean()) return denoising_stage(s);
        const detail::exponential_step e(s, 0);
        linear_form estimate = D;
        if (s.remembered() > 0) {
            const double r = detail::exponential_step::length(s, s.index - 1) / e.h;
            estimate += (D - reg(1)) / (2 * r);
        }
        return evaluation_stage(from)
            .write(0, to.alpha * (e.decayed(from) + e.held * estimate))
            .write(1, D);
    }
};

/// DPM-Solver++(2M) with noise. Noise: 1 draw where eta > 0, but on the step to sigma = 0.
struct dpmpp_2m_sde {
    static constexpr int registers = 2;
    static constexpr int rows = 2;
    static constexpr int draws = 1;
    enum class solver { midpoint, heun };

    double eta = 1;
    double s_noise = 1;
    solver solver_type = solver::midpoint;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level &from = s.from(), &to = s.to();
        if (to.is_clean()) return denoising_stage(s);
        const detail::exponential_step e(s, eta);
        linear_form next = e.decayed(from) + e.held * D;
        if (s.remembered() > 0) {
            const double r = detail::exponential_step::length(s, s.index - 1) / e.h;
            const double weight = solver_type == solver::heun ? e.phi_2() : 0.5 * e.held;
            next += weight / r * (D - reg(1));
        }
        const stage out = evaluation_stage(from).write(0, to.alpha * next).write(1, D);
        return detail::with_noise(out, to, e.h, eta, s_noise);
    }
};

/// DPM-Solver++(3M) with noise, the second difference taken for the second derivative.
/// Noise: 1 draw where eta > 0, but on the step to sigma = 0.
struct dpmpp_3m_sde {
    static constexpr int registers = 3;
    static constexpr int rows = 3;
    static constexpr int draws = 1;

    double eta = 1;
    double s_noise = 1;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level &from = s.from(), &to = s.to();
        if (to.is_clean()) return denoising_stage(s);
        const detail::exponential_step e(s, eta);
        linear_form next = e.decayed(from) + e.held * D;
        if (s.remembered() > 0) {
            const double r0 = detail::exponential_step::length(s, s.index - 1) / e.h;
            linear_form first = (D - reg(1)) / r0;
            if (s.remembered() > 1) {
                const double r1 = detail::exponential_step::length(s, s.index - 2) / e.h;
                const linear_form second = (first - (reg(1) - reg(2)) / r1) / (r0 + r1);
                first += r0 * second;
                next = next - (e.phi_2() / e.rate - 0.5) * second;
            }
            next += e.phi_2() * first;
        }
        stage out = evaluation_stage(from).write(0, to.alpha * next).write(1, D);
        if (s.remembered() > 0) out.write(2, reg(1));
        return detail::with_noise(out, to, e.h, eta, s_noise);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::k_diffusion

#include <diffgen/core/with_macros.hpp>
