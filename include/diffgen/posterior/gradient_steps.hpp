// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Diffusion posterior sampling as its paper has it (Chung et al. 2023, algorithm 1): after each
// step of a sampler the state moves against the gradient of |y - A D|, taken where the step began.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/options.hpp>
#include <diffgen/posterior/given.hpp>
#include <diffgen/posterior/methods/gradient.hpp>
#include <diffgen/posterior/rows.hpp>

#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// Fills x, a column a sample, from the prior by the sampler `s` with a gradient step of length
/// zeta after each of its steps. For solvers of one evaluation a step. 1 product with J' an
/// evaluation. Throws bad_argument where zeta is negative, and what the sampler throws.
template <class Exec, class Sampler, class Operator>
void generate_with_gradient(const Exec& e, Sampler& s, const measured<Operator>& m, double zeta,
                            matrix& x, const options& o = {}) {
    static_assert(Sampler::solver_type::registers == 1,
                  "diffgen: the gradient of DPS belongs to a step of one evaluation: take "
                  "solver::ancestral, solver::ddim or solver::euler_maruyama, or, for any solver, "
                  "posterior::given(predictor, measured, posterior::dps{})");
    require(detail::is_not_negative(zeta), "a gradient step of length ", zeta,
            "; must be finite and not negative");
    detail::check_size("a sample", x.rows(), m.op().cols());
    m.check_rows(x.cols());
    auto run = s.start(
        e, batch(x.data(), static_cast<std::size_t>(x.size()), static_cast<std::size_t>(x.cols())),
        o);
    estimator<typename Sampler::predictor_type&> estimate(s.predictor);
    while (run) {
        const matrix state = Eigen::Map<const matrix>(run.state().data, x.rows(), x.cols());
        const noise_level level = run.level();
        const matrix d = estimate.denoised(state, level);
        const matrix gradient = norm_gradient(estimates(estimate, state, d, level), m);
        const auto out = run.output();
        for (std::size_t i = 0; i < out.samples; ++i) {
            const auto at = static_cast<Index>(i);
            const conversion c = s.predictor.to_denoised(level);
            detail::write_row(out, i,
                              (d.col(at) - c.state_factor * state.col(at)) / c.output_factor);
        }
        run.advance();
        Eigen::Map<matrix>(run.state().data, x.rows(), x.cols()) -= zeta * gradient;
    }
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
