// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The solvers of diffgen with fresh noise, on some of the grids.

#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ancestral_of.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/er_sde.hpp>
#include <diffgen/solver/euler_maruyama.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/seeds.hpp>

#include "ours.hpp"

namespace curves {

namespace {

void add_few(std::vector<candidate>& out, const std::string& name, const any_solver& solver) {
    for (const auto& grid : grids())
        for (const char* few : {"uniform", "quadratic", "karras{7}", "polyexponential{1}",
                                "kl_optimal, shifted{1}", "straight{1}", "straight{0.4}"})
            if (grid.name == few) out.push_back(on_grid(name, "", solver, grid));
}

}  // namespace

std::vector<candidate> ours_stochastic() {
    using namespace diffgen::solver;
    std::vector<candidate> out;
    add_few(out, "ancestral", ancestral{});
    add_few(out, "ancestral{transition}", ancestral{variance::transition});
    add_few(out, "ddim{0.5}", ddim{0.5});
    add_few(out, "euler_maruyama", euler_maruyama{});
    add_few(out, "reverse_diffusion", reverse_diffusion{});
    add_few(out, "dpm_solver_pp_multistep<2>, tau 1", dpm_solver_pp_multistep<2>{.tau = 1});
    add_few(out, "dpm_solver_pp_multistep<3>, tau 1", dpm_solver_pp_multistep<3>{.tau = 1});
    add_few(out, "sa_solver<2, 2>, tau 1", sa_solver<2, 2>{.tau = 1});
    add_few(out, "sa_solver<3, 3>, tau 1", sa_solver<3, 3>{.tau = 1});
    add_few(out, "sa_solver<2, 2>, tau 0.4", sa_solver<2, 2>{.tau = 0.4});
    add_few(out, "sa_solver<3, 3>, tau 0.4", sa_solver<3, 3>{.tau = 0.4});
    add_few(out, "seeds<1>", seeds<1>{});
    add_few(out, "seeds<2>", seeds<2>{});
    add_few(out, "seeds<3>", seeds<3>{});
    add_few(out, "er_sde<1>", er_sde<1>{});
    add_few(out, "er_sde<2>", er_sde<2>{});
    add_few(out, "er_sde<3>", er_sde<3>{});
    add_few(out, "ancestral_of<heun>", ancestral_of<heun>{});
    add_few(out, "ancestral_of<exponential_single<2>>", ancestral_of<exponential_single<2>>{});
    add_few(out, "churn<heun>", churn<heun>{});
    return out;
}

}  // namespace curves
