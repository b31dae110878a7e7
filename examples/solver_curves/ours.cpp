// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The solvers of diffgen without fresh noise, each on every grid.

#include "ours.hpp"

#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/exponential_single.hpp>
#include <diffgen/solver/gradient_estimation.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/runge_kutta.hpp>

namespace curves {

namespace {

using namespace diffgen::solver;

/// A multistep method with both ways to start.
template <class Method>
void add_starts(std::vector<candidate>& out, const std::string& name) {
    add(out, name, "first-order start", Method{.start_up = start_up::first_order});
    if (Method::order > 1) add(out, name, "matching start", Method{.start_up = start_up::matching});
}

}  // namespace

std::vector<candidate> ours() {
    namespace tableau = diffgen::solver::tableau;
    std::vector<candidate> out;
    add(out, "ddim", "", ddim{});
    for (const double gamma : {1.5, 1.75, 2., 2.25})
        add(out, "gradient_estimation", diffgen::detail::text("gamma ", gamma),
            gradient_estimation{gamma});
    add(out, "midpoint", "", midpoint{});
    add(out, "heun", "", heun{});
    add(out, "runge_kutta<ralston>", "", runge_kutta<tableau::ralston>{});
    add(out, "runge_kutta<kutta3>", "", runge_kutta<tableau::kutta3>{});
    add(out, "runge_kutta<bogacki_shampine>", "", runge_kutta<tableau::bogacki_shampine>{});
    add(out, "rk4", "", rk4{});
    add(out, "dormand_prince", "", dormand_prince{});
    add(out, "dpm_solver_singlestep<2>", "", dpm_solver_singlestep<2>{});
    add(out, "dpm_solver_singlestep<3>", "", dpm_solver_singlestep<3>{});
    add(out, "dpm_solver_pp_singlestep<2>", "", dpm_solver_pp_singlestep<2>{});
    add(out, "dpm_solver_pp_singlestep<3>", "", dpm_solver_pp_singlestep<3>{});
    add_starts<dpm_solver_multistep<2>>(out, "dpm_solver_multistep<2>");
    add_starts<dpm_solver_multistep<3>>(out, "dpm_solver_multistep<3>");
    add_starts<dpm_solver_pp_multistep<2>>(out, "dpm_solver_pp_multistep<2>");
    add_starts<dpm_solver_pp_multistep<3>>(out, "dpm_solver_pp_multistep<3>");
    add_starts<dpm_solver_pp_multistep<4>>(out, "dpm_solver_pp_multistep<4>");
    add_starts<unipc<1>>(out, "unipc<1>");
    add_starts<unipc<2>>(out, "unipc<2>");
    add_starts<unipc<3>>(out, "unipc<3>");
    add_starts<exponential_multistep<2, 2>>(out, "sa_solver<2, 2>");
    add_starts<exponential_multistep<3, 3>>(out, "sa_solver<3, 3>");
    add_starts<exponential_multistep<2, 4>>(out, "sa_solver<2, 4>");
    add_starts<exponential_multistep<4, 3>>(out, "sa_solver<4, 3>");
    add_starts<exponential_multistep<4, 4>>(out, "sa_solver<4, 4>");
    add_starts<exponential_multistep<1, 1>>(out, "sa_solver<1, 1>");
    add_starts<exponential_multistep<2, 3, basis::noise>>(out, "unipc<2> of the noise");
    add_starts<exponential_multistep<3, 4, basis::noise>>(out, "unipc<3> of the noise");
    add_starts<lms<2>>(out, "lms<2>");
    add_starts<lms<3>>(out, "lms<3>");
    add_starts<lms<4>>(out, "lms<4>");
    return out;
}

}  // namespace curves
