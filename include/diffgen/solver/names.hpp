// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The names in use of the exponential methods. Several papers have found the same methods: names
// that are the same type say so.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/solver/exponential_basis.hpp>
#include <diffgen/solver/exponential_multistep.hpp>
#include <diffgen/solver/exponential_single.hpp>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// DPM-Solver++ within one step (Lu et al. 2022b, algorithm 1).
template <int Order>
using dpm_solver_pp_singlestep = exponential_single<Order>;
/// DPM-Solver (Lu et al. 2022a, algorithms 1 and 2).
template <int Order>
using dpm_solver_singlestep = exponential_single<Order, basis::noise>;
/// Refined exponential solvers within one step (Zhang et al. 2023): the same type as
/// dpm_solver_pp_singlestep.
template <int Order = 2>
using res_singlestep = exponential_single<Order>;

/// DPM-Solver++ over steps (Lu et al. 2022b, algorithm 2; with tau = 1 its SDE form).
template <int Order>
using dpm_solver_pp_multistep = exponential_multistep<Order>;
/// Refined exponential solvers over steps (Zhang et al. 2023): the same type as
/// dpm_solver_pp_multistep.
template <int Order = 2>
using res_multistep = exponential_multistep<Order>;
/// DPM-Solver over steps: the noise is extrapolated in place of the data (Lu et al. 2022a, 2022b).
template <int Order>
using dpm_solver_multistep = exponential_multistep<Order, 0, basis::noise>;
/// DEIS in log(alpha / sigma) (Zhang and Chen 2023, log-rho): the same type as
/// dpm_solver_multistep. Their rho-DEIS is lms.
template <int Order>
using deis = exponential_multistep<Order, 0, basis::noise>;
/// The linear multistep methods of k-diffusion, and rho-DEIS.
template <int Order>
using lms = exponential_multistep<Order, 0, basis::ratio>;
/// UniPC (Zhao et al. 2023): a corrector of one order more.
template <int Order>
using unipc = exponential_multistep<Order, Order + 1>;
/// SA-Solver (Xue et al. 2023): for the reverse SDE, so that tau is 1 unless it is set. With
/// tau = 0 and a corrector of one order more it plans what unipc does.
template <int Predictor, int Corrector>
using sa_solver = exponential_multistep<Predictor, Corrector, basis::denoised_sde>;

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
