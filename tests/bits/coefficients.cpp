// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Prints the hashes of all that is computed in double before a pass: the levels of every schedule,
// kernel and grid, the conversions of every prediction, and the stages of every solver. The same
// from every compiler and optimisation, with fused multiply-adds and without: no compiler may
// contract a product of theirs with the sum it feeds (core/lanes/scalar.hpp).
#include <diffgen/core/consistency.hpp>
#include <diffgen/exec/instruction.hpp>
#include <diffgen/grid/any_grid.hpp>
#include <diffgen/grid/beta.hpp>
#include <diffgen/grid/comfy.hpp>
#include <diffgen/grid/discrete.hpp>
#include <diffgen/grid/gits.hpp>
#include <diffgen/grid/inverted.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/grid/linear_quadratic.hpp>
#include <diffgen/grid/log_linear.hpp>
#include <diffgen/grid/polyexponential.hpp>
#include <diffgen/grid/restarted.hpp>
#include <diffgen/grid/shifted.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/grid/warped_time.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/exponential.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/laplace.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/log_snr_shifted.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/schedule/sigmas.hpp>
#include <diffgen/schedule/sub_vp.hpp>
#include <diffgen/schedule/zero_terminal_snr.hpp>
#include <diffgen/solver/adaptive.hpp>
#include <diffgen/solver/adaptive_dpm.hpp>
#include <diffgen/solver/adaptive_sde.hpp>
#include <diffgen/solver/annealed.hpp>
#include <diffgen/solver/mala.hpp>
#include <diffgen/solver/restart.hpp>

#include "../conformance/solvers.hpp"
#include "hash.hpp"
#include "kernels.hpp"

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

using namespace diffgen;

namespace {

void print(const std::string& name, const testing::hash& h) {
    std::printf("%s %016llx\n", name.c_str(), h.value());
}

/// What does not apply (a prediction at alpha = 0, a grid of whole timesteps over a continuous
/// schedule) is part of what is compared.
template <class F>
void unless_refused(testing::hash& h, F f) {
    try {
        f();
    } catch (const bad_argument&) {
        h.add(-1.);
    }
}

void add(testing::hash& h, const noise_level& l) {
    for (const double v : {l.t, l.log_snr, l.alpha, l.sigma, l.network_time, l.sigma_over_alpha()})
        h.add(v);
}

std::vector<std::pair<std::string, any_grid>> grids() {
    return {{"uniform", grid::uniform{}},
            {"quadratic", grid::quadratic{}},
            {"beta", grid::beta{}},
            {"linear_quadratic", grid::linear_quadratic{}},
            {"sgm_uniform", grid::sgm_uniform{}},
            {"linspace", grid::linspace{}},
            {"karras", grid::karras{}},
            {"log_snr", grid::log_snr{}},
            {"log_linear", grid::log_linear({14., 3., 1., 0.1})},
            {"gits", grid::gits{}},
            {"polyexponential", grid::polyexponential{.rho = 1.3}},
            {"kl_optimal", grid::kl_optimal{}},
            {"shifted", grid::shifted{grid::uniform{}, 3.}},
            {"shift_terminal", grid::shift_terminal{grid::uniform{}, 0.1}},
            {"smoothstep", grid::smoothstep{}},
            {"sway", grid::sway{}},
            {"bong_tangent", grid::bong_tangent{}},
            {"logit_normal", grid::logit_normal{}},
            {"inverted", grid::inverted<grid::karras>{}},
            {"restarted", grid::restarted<grid::karras>{}}};
}

void add_grids(testing::hash& h, const process_view& p) {
    for (const auto& [name, grid] : grids())
        unless_refused(h, [&h, &p, &levels_of = grid] {
            for (const noise_level& l : levels_of.levels(p, 11)) {
                add(h, l);
                if (l.is_clean()) continue;
                h.add(p.time(l.log_snr));
                h.add(p.drift(l.t));
                h.add(p.diffusion_squared(l.t));
            }
        });
}

template <class Schedule>
void print_levels(const std::string& name, const Schedule& schedule) {
    testing::for_each_kernel([&](const std::string& kernel_name, const auto& kernel) {
        testing::hash h;
        const process p(schedule, kernel);
        add_grids(h, process_view(p));
        print(name + ", " + kernel_name, h);
    });
}

void print_schedules() {
    print_levels("edm", schedule::edm{});
    print_levels("geometric", schedule::geometric{});
    print_levels("laplace", schedule::laplace{.mean = 0.3});
    print_levels("linear_beta", schedule::linear_beta{});
    print_levels("sub_vp", schedule::sub_vp{schedule::linear_beta{}});
    print_levels("rectified", schedule::rectified{});
    print_levels("log_snr_shifted", schedule::log_snr_shifted{schedule::linear_beta{}, 1.7});
    print_levels("exponential", schedule::exponential{});
    print_levels("linear", schedule::linear{});
    print_levels("scaled_linear", schedule::scaled_linear{});
    print_levels("sigmoid", schedule::sigmoid{});
    print_levels("cosine", schedule::cosine{});
    print_levels("sigmas", schedule::sigmas({0.1, 0.3, 1, 2, 3, 4, 7, 8, 9, 10, 11, 20}));
    print_levels("zero_terminal_snr", schedule::zero_terminal_snr(schedule::linear{}));
}

/// Every kind of prediction at a level.
template <class F>
void for_each_conversion(testing::hash& h, const noise_level& l, F f) {
    const auto call = [&](const auto& output) {
        unless_refused(h, [&] { f(checked_conversion(output, l)); });
    };
    call(epsilon{});
    call(denoised{});
    call(velocity{});
    call(score{});
    call(flow{});
    call(edm_preconditioned{});
    call(consistency_preconditioned{});
    call(latent_consistency<>{});
}

using shape = exec::shape<max_registers, max_rows, max_draws, true, true, exec::detail::no_rule>;

void add(testing::hash& h, const exec::compiled_form<double, shape>& f) {
    for (const double c : f.registers)
        h.add(c);
    h.add(f.output);
    h.add(f.network);
    for (const double c : f.noise)
        h.add(c);
}

/// The stage in the coefficients of a pass, for every prediction.
void add(testing::hash& h, const stage& s) {
    add(h, s.level);
    for_each_conversion(h, s.level, [&](const conversion& c) {
        h.add(c.input_scale);
        const auto compiled =
            exec::compile<double, shape>(s, c, {.folds = true, .keep_denoised = true});
        for (int i = 0; i < compiled.rows; ++i)
            add(h, compiled.updates[i].form);
        for (const auto& form : compiled.measured)
            add(h, form);
    });
}

void print_plans(const std::string& name, const conformance::any_solver& solver,
                 const std::vector<process_view>& processes, const any_grid& grid) {
    testing::hash h;
    for (const process_view& p : processes)
        unless_refused(h, [&] {
            const auto levels = grid.levels(p, 6);
            for (int i = 0; i + 1 < static_cast<int>(levels.size()); ++i) {
                const step s{p, levels, i};
                for (int j = 0; j < solver.stages(s); ++j)
                    add(h, solver.plan(s, j));
            }
        });
    print(name, h);
}

void print_solvers() {
    const process vp(schedule::linear_beta{}, kernel::variance_preserving{});
    const process ve(schedule::edm{}, kernel::variance_exploding{});
    const process sub_vp(schedule::sub_vp{schedule::linear_beta{}},
                         kernel::sub_variance_preserving{});
    const process flow(schedule::rectified{.last = 0.99}, kernel::linear_interpolant{});
    const process table(schedule::cosine{}, kernel::variance_preserving{});
    const std::vector<process_view> processes{process_view(vp), process_view(ve),
                                              process_view(sub_vp), process_view(flow),
                                              process_view(table)};
    for (const conformance::entry& e : conformance::solvers()) {
        print_plans(e.name, e.solver, processes, grid::quadratic{});
        print_plans(e.name + ", karras", e.solver, processes, grid::karras{});
    }
    // the solvers that judge their steps, which the list above has no place for
    const auto print_judged = [&](const char* name, const conformance::any_solver& s) {
        print_plans(name, s, processes, grid::karras{});
    };
    using conformance::any_solver;
    print_judged("adaptive_heun", any_solver(solver::adaptive_heun{}));
    print_judged("adaptive_dormand_prince", any_solver(solver::adaptive_dormand_prince{}));
    print_judged("adaptive_dpm 2", any_solver(solver::adaptive_dpm<2>{}));
    print_judged("adaptive_dpm 3, noise",
                 any_solver(solver::adaptive_dpm<3, solver::basis::noise>{}));
    print_judged("adaptive_sde", any_solver(solver::adaptive_sde{}));
    print_judged("mala", any_solver(solver::scaled_by_noise{solver::mala{}}));
    print_plans("restart, rising", conformance::any_solver(solver::restart<>{}), processes,
                grid::restarted<grid::karras>{});
}

}  // namespace

int main() {
    print_schedules();
    print_solvers();
}
