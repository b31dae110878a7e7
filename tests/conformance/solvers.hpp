// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every solver of the library, a line each: name, solver, what it promises. The tests beside this
// file hold all of them to it; a new solver needs no test but its line here.

#include <diffgen/solver/alphafold3.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ancestral_of.hpp>
#include <diffgen/solver/annealed.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/consistency.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/dpm_2.hpp>
#include <diffgen/solver/dpm_solver_fast.hpp>
#include <diffgen/solver/er_sde.hpp>
#include <diffgen/solver/euler_maruyama.hpp>
#include <diffgen/solver/exponential_single.hpp>
#include <diffgen/solver/flow_map.hpp>
#include <diffgen/solver/gradient_estimation.hpp>
#include <diffgen/solver/heavy_ball.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/pndm.hpp>
#include <diffgen/solver/predictor_corrector.hpp>
#include <diffgen/solver/restart.hpp>
#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/seeds.hpp>
#include <diffgen/solver/tempered.hpp>
#include <diffgen/solver/underdamped_langevin.hpp>

#include "entry.hpp"

#include <limits>
#include <vector>

namespace conformance {

inline std::vector<entry> solvers() {
    using namespace diffgen::solver;
    using heun_in_time = runge_kutta<tableau::heun, in_time>;
    using rk4_in_time = runge_kutta<tableau::rk4, in_time>;
    using heun_in_signal = runge_kutta<tableau::heun, in_signal>;
    using rk4_in_signal = runge_kutta<tableau::rk4, in_signal>;
    using rectified_ancestral = ancestral_of<euler, descent::by_time>;
    using noise_growth::power;
    constexpr auto first_order = start_up::first_order;
    constexpr double infinite = std::numeric_limits<double>::infinity();
    return {
        {"ddim", ddim{}, flow(1)},
        {"ddim, eta 0.5", ddim{.eta = 0.5}, sde(0.5, 1)},
        {"ddim, eta 1", ddim{.eta = 1}, sde(1, 1)},
        {"ancestral", ancestral{}, sde(1, 1)},
        {"ancestral, transition", ancestral{.variance = variance::transition},
         not_exact(sde(1, 1))},
        {"euler", euler{}, flow(1)},
        {"probability_flow_euler", probability_flow_euler{}, not_exact(flow(1))},
        {"heun", heun{}, flow(2)},
        {"heun in time", heun_in_time{}, not_exact(flow(2))},
        {"heun in signal", heun_in_signal{}, flow(2)},
        {"midpoint", midpoint{}, flow(2)},
        {"ralston", runge_kutta<tableau::ralston>{}, flow(2)},
        {"second_order, node 0.7", runge_kutta<tableau::second_order>{tableau::second_order{0.7}},
         flow(2)},
        {"kutta3", runge_kutta<tableau::kutta3>{}, flow(3)},
        {"heun3", runge_kutta<tableau::heun3>{}, flow(3)},
        {"ssprk3", runge_kutta<tableau::ssprk3>{}, flow(3)},
        {"bogacki_shampine", runge_kutta<tableau::bogacki_shampine>{}, flow(3)},
        // in one large step its inner stages cancel, and leave a rounding above 1e-12
        {"dormand_prince", dormand_prince{}, not_exact(flow(5))},
        {"rk4", rk4{}, flow(4)},
        {"rk4 in time", rk4_in_time{}, not_exact(flow(4))},
        {"rk4 in signal", rk4_in_signal{}, flow(4)},
        {"euler_maruyama", euler_maruyama{}, not_from_pure_noise(not_exact(sde(1, 1)))},
        {"reverse_diffusion", reverse_diffusion{}, not_exact(sde(1, 1))},
        {"ancestral_of heun", ancestral_of<>{}, sde(1, 1)},
        {"ancestral_of heun, eta 0", ancestral_of<>{.eta = 0}, flow(2)},
        {"ancestral_of singlestep 2, eta 0.5",
         ancestral_of<dpm_solver_pp_singlestep<2>>{.eta = 0.5}, sde(0.5, 1)},
        {"ancestral_of heun, eta 0.5", ancestral_of<>{.eta = 0.5}, sde(0.5, 1)},
        {"ancestral_of euler", ancestral_of<euler>{}, sde(1, 1)},
        {"ancestral_of dpm_2", ancestral_of<dpm_2>{}, sde(1, 1)},
        {"ancestral_of euler, by time", rectified_ancestral{}, sde(1, 1)},
        {"ancestral_of euler, by time, eta 0.25", rectified_ancestral{.eta = 0.25}, sde(0.5, 1)},
        {"ancestral_of multistep 2", ancestral_of<dpm_solver_pp_multistep<2>>{}, sde(1, 1)},
        {"ancestral_of multistep 2, eta 0", ancestral_of<dpm_solver_pp_multistep<2>>{.eta = 0},
         flow(2)},
        {"restart of multistep 2", restart<dpm_solver_pp_multistep<2>>{},
         adds_noise_upwards(flow(2))},
        {"restart of unipc 2", restart<unipc<2>>{}, adds_noise_upwards(flow(3))},
        {"restart of heun", restart<>{}, adds_noise_upwards(flow(2))},
        {"restart of singlestep 3", restart<dpm_solver_pp_singlestep<3>>{},
         adds_noise_upwards(flow(3))},
        {"gradient_estimation", gradient_estimation{}, flow(1)},
        {"gradient_estimation, gamma 1", gradient_estimation{.gamma = 1}, flow(1)},
        {"churn of heun", churn<>{.amount = 10, .s_min = 0, .s_noise = 1}, marginals(2)},
        {"churn of amount 0", churn<>{.amount = 0}, flow(2)},
        {"churn of singlestep 3",
         churn<dpm_solver_pp_singlestep<3>>{.amount = 10, .s_min = 0, .s_noise = 1}, marginals(3)},
        {"churn of dpm_2", churn<dpm_2>{.amount = 10, .s_min = 0, .s_noise = 1}, marginals(2)},
        {"churn of euler", churn<euler>{.amount = 10, .s_min = 0, .s_noise = 1}, marginals(1)},
        {"alphafold3", alphafold3{.gamma_min = 0}, not_from_pure_noise(stays_noisy(no_limit()))},
        {"alphafold3 without noise", alphafold3{.gamma = 0, .step_scale = 1},
         not_from_pure_noise(flow(1))},
        {"singlestep 1", dpm_solver_pp_singlestep<1>{}, flow(1)},
        {"singlestep 2", dpm_solver_pp_singlestep<2>{}, flow(2)},
        {"singlestep 3", dpm_solver_pp_singlestep<3>{}, flow(3)},
        {"singlestep 1, noise", dpm_solver_singlestep<1>{}, flow(1)},
        {"singlestep 2, noise", dpm_solver_singlestep<2>{}, flow(2)},
        {"singlestep 3, noise", dpm_solver_singlestep<3>{}, flow(3)},
        {"multistep 1", dpm_solver_pp_multistep<1>{}, flow(1)},
        {"multistep 2", dpm_solver_pp_multistep<2>{}, flow(2)},
        {"multistep 3", dpm_solver_pp_multistep<3>{}, flow(3)},
        {"multistep 3, usual start", dpm_solver_pp_multistep<3>{.start_up = first_order}, flow(2)},
        {"multistep 1, tau 1", dpm_solver_pp_multistep<1>{.tau = 1}, sde(1, 1)},
        {"multistep 2, tau 1", dpm_solver_pp_multistep<2>{.tau = 1}, sde(1, 2)},
        {"multistep 3, tau 0.5", dpm_solver_pp_multistep<3>{.tau = 0.5}, sde(0.5, 2)},
        {"multistep 1, noise", dpm_solver_multistep<1>{}, flow(1)},
        {"multistep 1, noise, tau 1", dpm_solver_multistep<1>{.tau = 1}, not_exact(sde(1, 1))},
        {"multistep 2, noise", dpm_solver_multistep<2>{}, flow(2)},
        {"multistep 2, noise, tau 1", dpm_solver_multistep<2>{.tau = 1}, not_exact(sde(1, 2))},
        {"multistep 3, noise", dpm_solver_multistep<3>{}, flow(3)},
        {"multistep 3, noise, tau 0.5", dpm_solver_multistep<3>{.tau = 0.5},
         not_exact(sde(0.5, 2))},
        {"lms 1", lms<1>{}, flow(1)},
        {"lms 2", lms<2>{}, flow(2)},
        {"lms 3", lms<3>{}, flow(3)},
        {"unipc 1", unipc<1>{}, flow(2)},
        {"unipc 2", unipc<2>{}, flow(3)},
        {"unipc 3", unipc<3>{}, flow(4)},
        {"unipc 1, tau 1", unipc<1>{.tau = 1}, sde(1, 1)},
        {"unipc 2, tau 0.5", unipc<2>{.tau = 0.5}, sde(0.5, 2)},
        {"unipc 3, tau 0.5", unipc<3>{.tau = 0.5}, sde(0.5, 2)},
        {"sa_solver 2, 2", sa_solver<2, 2>{.tau = 0}, flow(2)},
        {"sa_solver 2, 2, tau 1", sa_solver<2, 2>{}, sde(1, 2)},
        {"dpm_2", dpm_2{}, flow(2)},
        {"dpm_solver_fast, 3 k", dpm_solver_fast<>{.evaluations = 18}, flow(2)},
        {"dpm_solver_fast, 3 k + 1", dpm_solver_fast<>{.evaluations = 19}, flow(2)},
        {"dpm_solver_fast, 3 k + 2", dpm_solver_fast<>{.evaluations = 20}, flow(3)},
        {"ipndm 1", ipndm<1>{}, flow(1)},
        {"ipndm 2", ipndm<2>{}, flow(2)},
        {"ipndm 3", ipndm<3>{}, flow(2)},
        {"ipndm 4", ipndm<4>{}, flow(2)},
        {"heavy_ball 2, beta 0.8", heavy_ball<2>{.beta = 0.8}, flow(2)},
        {"heavy_ball 4", heavy_ball<4>{}, flow(2)},
        // on one-point data exact but for rounding: 3e-11 in one step over most of a schedule
        {"pndm", pndm{}, not_exact(flow(2))},
        {"seeds 1", seeds<1>{}, sde(1, 1)},
        {"seeds 2", seeds<2>{}, sde(1, 2)},
        {"seeds 2, tau 0", seeds<2>{0}, flow(2)},
        {"seeds 2, noise, tau 0.5", seeds<2, basis::noise>{0.5}, not_exact(sde(0.5, 2))},
        {"seeds 3", seeds<3>{}, sde(1, 2)},
        {"seeds 3, tau 0.5", seeds<3>{.tau = 0.5}, sde(0.5, 2)},
        {"seeds 3, tau 0", seeds<3>{.tau = 0}, flow(3)},
        {"er_sde 1, reverse SDE", er_sde<1, power>{}, sde(1, 1)},
        {"er_sde 2, reverse SDE", er_sde<2, power>{}, sde(1, 2)},
        {"er_sde 3, reverse SDE", er_sde<3, power>{}, sde(1, 2)},
        {"er_sde 1, flow", er_sde<1, power>{{0}}, flow(1)},
        {"er_sde 2, flow", er_sde<2, power>{{0}}, flow(2)},
        {"er_sde 1", er_sde<1>{}, marginals(1)},
        {"er_sde 2", er_sde<2>{}, marginals(2)},
        {"er_sde 3", er_sde<3>{}, marginals(2)},
        {"consistency", consistency{}, jumps()},
        {"flow_map", flow_map{}, flow(1)},
        {"tcd", tcd{}, jumps()},
        {"tcd, gamma 1", tcd{.gamma = 1}, jumps()},
        {"ctm", ctm{}, jumps()},
        {"langevin", langevin{}, stays_noisy(no_limit())},
        {"annealed_langevin", annealed_langevin{}, not_from_pure_noise(no_limit())},
        {"langevin_corrector", langevin_corrector{}, stays_noisy(no_limit())},
        {"underdamped_langevin", underdamped_langevin{}, stays_noisy(no_limit())},
        {"underdamped_langevin, infinite friction", underdamped_langevin{.friction = infinite},
         stays_noisy(no_limit())},
        {"annealed underdamped", annealed(scaled_by_noise(underdamped_langevin{.step = 0.4}), 3),
         not_from_pure_noise(no_limit())},
        {"tempered", tempered(langevin{}), stays_noisy(no_limit())},
        {"tempered, annealed underdamped",
         tempered(annealed(underdamped_langevin{}), cooling::logarithmic{}),
         not_from_pure_noise(no_limit())},
        {"predictor_corrector", predictor_corrector(ancestral{}, langevin{}, 2), no_limit()},
        {"predictor_corrector, underdamped",
         predictor_corrector(dpm_solver_pp_multistep<2>{}, scaled_by_noise(underdamped_langevin{}),
                             2),
         no_limit()},
        {"predictor_corrector, tuning", predictor_corrector(ddim{}, langevin_corrector{}),
         no_limit()},
    };
}

}  // namespace conformance
