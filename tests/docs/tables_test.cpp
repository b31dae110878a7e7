// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The tables of docs/concepts/solver.md and docs/choosing_a_solver.md that hold numbers of types
// and of closed recursions: each cell is compared to what the library says.
#include <diffgen/diffgen.hpp>

#include "affine_moments.hpp"
#include "page_table.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

/// What the table of registers is to hold.
std::map<std::string, int> registers_of_solvers() {
    using namespace diffgen::solver;
    return {
        {"ddim", ddim::registers},
        {"ancestral", ancestral::registers},
        {"euler_maruyama", euler_maruyama::registers},
        {"reverse_diffusion", reverse_diffusion::registers},
        {"euler", euler::registers},
        {"probability_flow_euler", probability_flow_euler::registers},
        {"consistency", consistency::registers},
        {"flow_map", flow_map::registers},
        {"tcd", tcd::registers},
        {"ctm", ctm::registers},
        {"langevin", langevin::registers},
        {"annealed_langevin", annealed_langevin::registers},
        {"langevin_corrector", langevin_corrector::registers},
        {"alphafold3", alphafold3::registers},
        {"dpm_solver_pp_multistep<1>", dpm_solver_pp_multistep<1>::registers},
        {"seeds<1>", seeds<1>::registers},
        {"er_sde<1>", er_sde<1>::registers},
        {"ipndm<1>", ipndm<1>::registers},
        {"dpm_2", dpm_2::registers},
        {"gradient_estimation", gradient_estimation::registers},
        {"heavy_ball<2>", heavy_ball<2>::registers},
        {"ipndm<2>", ipndm<2>::registers},
        {"er_sde<2>", er_sde<2>::registers},
        {"underdamped_langevin", underdamped_langevin::registers},
        {"heun", heun::registers},
        {"midpoint", midpoint::registers},
        {"dpm_solver_pp_singlestep<2>", dpm_solver_pp_singlestep<2>::registers},
        {"dpm_solver_pp_singlestep<3>", dpm_solver_pp_singlestep<3>::registers},
        {"dpm_solver_fast", dpm_solver_fast<>::registers},
        {"seeds<2>", seeds<2>::registers},
        {"seeds<3>", seeds<3>::registers},
        {"er_sde<3>", er_sde<3>::registers},
        {"ipndm<3>", ipndm<3>::registers},
        {"unipc<1>", unipc<1>::registers},
        {"dpm_solver_pp_multistep<2>", dpm_solver_pp_multistep<2>::registers},
        {"lms<2>", lms<2>::registers},
        {"ipndm<4>", ipndm<4>::registers},
        {"heavy_ball<4>", heavy_ball<4>::registers},
        {"adaptive_heun", adaptive_heun::registers},
        {"adaptive_sde", adaptive_sde::registers},
        {"mala", mala::registers},
        {"rk4", rk4::registers},
        {"dpm_solver_pp_multistep<3>", dpm_solver_pp_multistep<3>::registers},
        {"lms<3>", lms<3>::registers},
        {"sa_solver<2, 2>", sa_solver<2, 2>::registers},
        {"adaptive_bogacki_shampine", adaptive_bogacki_shampine::registers},
        {"adaptive_dpm<2>", adaptive_dpm<2>::registers},
        {"adaptive_dpm<3>", adaptive_dpm<3>::registers},
        {"pndm", pndm::registers},
        {"unipc<2>", unipc<2>::registers},
        {"sa_solver<3, 3>", sa_solver<3, 3>::registers},
        {"dpm_solver_pp_multistep<4>", dpm_solver_pp_multistep<4>::registers},
        {"dormand_prince", dormand_prince::registers},
        {"unipc<3>", unipc<3>::registers},
        {"adaptive_dormand_prince", adaptive_dormand_prince::registers},
    };
}

/// The names of a cell, which are set apart by commas outside of angle brackets.
std::vector<std::string> names_of(const std::string& cell) {
    std::vector<std::string> names{""};
    int depth = 0;
    for (const char c : cell) {
        depth += (c == '<') - (c == '>');
        if (c == ',' && depth == 0)
            names.emplace_back();
        else if (c != ' ' || !names.back().empty())
            names.back() += c;
    }
    return names;
}

/// Whether every evaluation over whole timesteps is at one of them, whatever the number of steps.
template <class Solver>
bool keeps_to_whole_timesteps(const Solver& solver) {
    const process p{schedule::scaled_linear{1000, 0.00085, 0.012}, kernel::variance_preserving{}};
    const process_view view(p);
    for (const int n : {4, 7, 10, 20, 25, 33}) {
        const auto levels = grid::trailing{}.levels(view, n);
        for (step s{view, levels, 0}; s.index < s.count(); ++s.index)
            for (int j = 0; j < solver.stages(s); ++j) {
                const stage at = solver.plan(s, j);
                if (at.evaluates && std::fabs(at.level.t - std::round(at.level.t)) > 1e-9)
                    return false;
            }
    }
    return true;
}

/// The deviation of the samples of N(0, 0.5^2) after n uniform steps under linear_beta, exactly.
template <class Solver>
double deviation(const Solver& solver, int n) {
    const process p{schedule::linear_beta{}, kernel::variance_preserving{}};
    const process_view view(p);
    const auto levels = grid::uniform{}.levels(view, n);
    const double sigma = levels.front().sigma;
    return std::sqrt(
        testing::run_moments(view, solver, levels, {0, 0.25}, {0, sigma * sigma}).variance);
}

/// Eight narrow Gaussians on a circle of radius 2, of two weights.
gaussian_mixture<2, 8> circle() {
    gaussian_mixture<2, 8> m{};
    for (std::size_t k = 0; k < 8; ++k) {
        const double angle = std::acos(-1.) * static_cast<double>(k) / 4;
        m.weights[k] = k % 2 == 0 ? 0.1 : 0.15;
        m.means[k] = {2 * std::cos(angle), 2 * std::sin(angle)};
        m.variances[k] = {0.04, 0.01};
    }
    return m;
}
/// Three Gaussians in four dimensions, of deviations between 0.14 and 0.5.
gaussian_mixture<4, 3> clouds() {
    gaussian_mixture<4, 3> m{{0.2, 0.5, 0.3}, {}, {}};
    for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t d = 0; d < 4; ++d) {
            const double i = static_cast<double>(k), j = static_cast<double>(d);
            m.means[k][d] = 0.9 * std::sin(1.7 * i + 2.3 * j);
            m.variances[k][d] = 0.02 + 0.025 * j * j;
        }
    return m;
}

/// 512 samples of a flow-matching model of the data, with one and the same noise.
template <class Data, class Solver>
std::vector<double> flow_samples(const Data& data, const Solver& solver, int steps, double shift) {
    const sampler s{schedule::rectified{}, kernel::linear_interpolant{}, exact(data), solver};
    std::vector<double> x(512 * data.means[0].size());
    s.generate(exec::cpp, batch(x, 512),
               {.steps = steps, .seed = 5, .grid = grid::straight{shift}});
    return x;
}
double rms_difference(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum / static_cast<double>(a.size()));
}

std::string with_three_digits(double v) {
    std::ostringstream out;
    out.setf(std::ios::fixed);
    out.precision(3);
    out << v;
    return out.str();
}

template <class Solver>
void check_deviations(const std::vector<std::string>& row, const Solver& solver) {
    const int steps[] = {5, 10, 20, 50, 100, 1000};
    REQUIRE(row.size() >= 7);
    for (std::size_t k = 0; k < 6; ++k)
        CHECK(row[k + 1] == with_three_digits(deviation(solver, steps[k])));
}

}  // namespace

TEST_CASE("the table of registers is that of the types, and has every solver once") {
    const auto expected = registers_of_solvers();
    std::map<std::string, int> seen;
    for (const auto& row : testing::page_table("concepts/solver.md", "registers"))
        for (const auto& name : names_of(row.at(1))) {
            CAPTURE(name);
            CHECK(seen.emplace(name, std::atoi(row.at(0).c_str())).second);
            CHECK(expected.contains(name));
        }
    CHECK(seen == expected);
}

TEST_CASE("the table of solvers for networks that take whole timesteps") {
    using namespace diffgen::solver;
    constexpr auto first_order = start_up::first_order;
    const std::map<std::string, bool> whole{
        {"ddim", keeps_to_whole_timesteps(ddim{}) && keeps_to_whole_timesteps(ddim{.eta = 1})},
        {"ancestral", keeps_to_whole_timesteps(ancestral{})},
        {"euler", keeps_to_whole_timesteps(euler{})},
        {"heun", keeps_to_whole_timesteps(heun{})},
        {"euler_maruyama", keeps_to_whole_timesteps(euler_maruyama{})},
        {"reverse_diffusion", keeps_to_whole_timesteps(reverse_diffusion{})},
        {"gradient_estimation", keeps_to_whole_timesteps(gradient_estimation{})},
        {"ipndm<p>", keeps_to_whole_timesteps(ipndm<4>{}) && keeps_to_whole_timesteps(ipndm<2>{})},
        {"heavy_ball<p>", keeps_to_whole_timesteps(heavy_ball<2>{})},
        {"er_sde<p>",
         keeps_to_whole_timesteps(er_sde<2>{}) && keeps_to_whole_timesteps(er_sde<3>{})},
        {"unipc<1>", keeps_to_whole_timesteps(unipc<1>{})},
        {"unipc<p> with start_up::first_order",
         keeps_to_whole_timesteps(unipc<2>{.start_up = first_order}) &&
             keeps_to_whole_timesteps(unipc<3>{.start_up = first_order})},
        {"dpm_solver_pp_multistep<p> with start_up::first_order",
         keeps_to_whole_timesteps(dpm_solver_pp_multistep<2>{.start_up = first_order}) &&
             keeps_to_whole_timesteps(dpm_solver_pp_multistep<3>{.start_up = first_order})},
        {"lms<p> with start_up::first_order",
         keeps_to_whole_timesteps(lms<3>{.start_up = first_order})},
        {"sa_solver<p, c>", keeps_to_whole_timesteps(sa_solver<2, 2>{}) &&
                                keeps_to_whole_timesteps(sa_solver<3, 3>{.tau = 0.4})},
        {"unipc<p>, p > 1", keeps_to_whole_timesteps(unipc<2>{})},
        {"dpm_solver_pp_multistep<p>, p > 1",
         keeps_to_whole_timesteps(dpm_solver_pp_multistep<2>{})},
        {"lms<p>, p > 1", keeps_to_whole_timesteps(lms<2>{})},
        {"dpm_solver_pp_singlestep<p>, p > 1",
         keeps_to_whole_timesteps(dpm_solver_pp_singlestep<2>{}) ||
             keeps_to_whole_timesteps(dpm_solver_pp_singlestep<3>{})},
        {"rk4", keeps_to_whole_timesteps(rk4{})},
        {"midpoint", keeps_to_whole_timesteps(midpoint{})},
        {"dpm_2", keeps_to_whole_timesteps(dpm_2{})},
        {"seeds<p>, p > 1",
         keeps_to_whole_timesteps(seeds<2>{}) || keeps_to_whole_timesteps(seeds<3>{})},
        {"churn<method>", keeps_to_whole_timesteps(churn<>{.amount = 10, .s_min = 0})},
        {"ancestral_of<heun>", keeps_to_whole_timesteps(ancestral_of<>{})},
        {"pndm", keeps_to_whole_timesteps(pndm{})},
    };
    std::map<std::string, bool> said;
    for (const auto& row : testing::page_table("concepts/time_grid.md", "whole timesteps")) {
        std::istringstream names(row.at(1));
        for (std::string name; std::getline(names, name, ';');) {
            name.erase(0, name.find_first_not_of(' '));
            CHECK(said.emplace(name, row.at(0) == "whole").second);
        }
    }
    for (const auto& each : whole) {
        CAPTURE(each.first);
        REQUIRE(said.contains(each.first));
        CHECK(said.at(each.first) == each.second);
    }
    CHECK(said.size() == whole.size());
}

TEST_CASE("the table of ten evaluations of a flow-matching model") {
    using namespace diffgen::solver;
    const auto rows = testing::page_table("choosing_a_solver.md", "flow matching");
    const auto on_circle = flow_samples(circle(), rk4{}, 1000, 1),
               in_clouds = flow_samples(clouds(), rk4{}, 1000, 1);
    const auto check_row = [&](std::size_t row, const auto& solver, int steps) {
        CAPTURE(row);
        std::size_t cell = 1;
        for (const double shift : {0.6, 1., 3.}) {
            REQUIRE(cell + 1 < rows.at(row).size());
            CHECK(rows[row][cell++] ==
                  with_three_digits(
                      rms_difference(flow_samples(circle(), solver, steps, shift), on_circle)));
            CHECK(rows[row][cell++] ==
                  with_three_digits(
                      rms_difference(flow_samples(clouds(), solver, steps, shift), in_clouds)));
        }
    };
    REQUIRE(rows.size() == 5);
    check_row(0, unipc<2>{.start_up = start_up::first_order}, 10);
    check_row(1, gradient_estimation{}, 10);
    check_row(2, euler{}, 10);
    check_row(3, midpoint{}, 5);
    check_row(4, heun{}, 5);
}

TEST_CASE("the table of the noisy solvers on one Gaussian") {
    using namespace diffgen::solver;
    const auto rows = testing::page_table("choosing_a_solver.md", "one Gaussian");
    REQUIRE(rows.size() == 6);
    check_deviations(rows[0], ancestral{});
    check_deviations(rows[0], ddim{.eta = 1});  // one row for the two
    check_deviations(rows[1], ancestral{.variance = variance::transition});
    check_deviations(rows[2], euler_maruyama{});
    check_deviations(rows[3], reverse_diffusion{});
    check_deviations(rows[4], seeds<2>{});
    check_deviations(rows[5], sa_solver<2, 2>{});
}
