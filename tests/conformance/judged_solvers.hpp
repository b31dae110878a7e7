// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every solver that judges its steps, a line each: name and solver. The tests beside this file hold
// all of them to what a run promises; how far they are from their limit is tested by tests/order.

#include <diffgen/solver/adaptive.hpp>
#include <diffgen/solver/adaptive_dpm.hpp>
#include <diffgen/solver/adaptive_sde.hpp>
#include <diffgen/solver/annealed.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/mala.hpp>
#include <diffgen/solver/predictor_corrector.hpp>

namespace conformance {

/// Calls f(name, solver) for each.
template <class F>
void for_each_judged(F f) {
    using namespace diffgen::solver;
    f("adaptive_heun", adaptive_heun{});
    f("adaptive_bogacki_shampine", adaptive_bogacki_shampine{});
    f("adaptive_dormand_prince", adaptive_dormand_prince{});
    f("adaptive_dormand_prince in time", adaptive_runge_kutta<tableau::dormand_prince, in_time>{});
    f("adaptive_dormand_prince in sigma",
      adaptive_runge_kutta<tableau::dormand_prince, in_sigma>{});
    f("adaptive_bogacki_shampine in signal",
      adaptive_runge_kutta<tableau::bogacki_shampine, in_signal>{});
    f("adaptive_dpm 2", adaptive_dpm<2>{});
    f("adaptive_dpm 3", adaptive_dpm<3>{});
    f("adaptive_dpm 3, noise", adaptive_dpm<3, basis::noise>{});
    f("adaptive_sde", adaptive_sde{});
    f("mala", mala{});
    f("annealed mala", annealed(scaled_by_noise(mala{.delta = 0.2}), 2));
    f("ddim corrected by mala", predictor_corrector{ddim{}, mala{}});
}

}  // namespace conformance
