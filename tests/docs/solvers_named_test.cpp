// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// README's table of solvers: every name in it is a solver, every solver of this list is in it, and
// each, as it comes by default, does what its row says: those of the probability flow draw nothing
// and tend to the flow of Gaussian data, which is known in closed form (exact_end); those of the
// reverse SDE draw noise and tend to that SDE.
#include <diffgen/grid/uniform.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/adaptive.hpp>
#include <diffgen/solver/adaptive_dpm.hpp>
#include <diffgen/solver/adaptive_sde.hpp>
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
#include <diffgen/solver/flow_map.hpp>
#include <diffgen/solver/gradient_estimation.hpp>
#include <diffgen/solver/heavy_ball.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/mala.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/pndm.hpp>
#include <diffgen/solver/predictor_corrector.hpp>
#include <diffgen/solver/restart.hpp>
#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/seeds.hpp>
#include <diffgen/solver/tempered.hpp>
#include <diffgen/solver/underdamped_langevin.hpp>

#include "../conformance/entry.hpp"
#include "gaussian_reverse.hpp"
#include "readme_parts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace diffgen;
using conformance::any_solver;
using testing::moments;

namespace {

using solvers = std::vector<any_solver>;

/// The members of a family, as they come by default.
template <class... Solver>
solvers defaults() {
    return {any_solver(Solver{})...};
}

/// What the names of README mean; a family of orders is all of its orders.
std::map<std::string, solvers> planned_solvers() {
    using namespace solver;
    using heun_in_time = runge_kutta<tableau::heun, in_time>;
    using kutta3_in_signal = runge_kutta<tableau::kutta3, in_signal>;
    using ssprk3_in_angle = runge_kutta<tableau::ssprk3, in_angle>;
    using noise_growth::power;
    return {
        {"ddim", defaults<ddim>()},
        {"euler", defaults<euler>()},
        {"probability_flow_euler", defaults<probability_flow_euler>()},
        {"heun", defaults<heun>()},
        {"midpoint", defaults<midpoint>()},
        {"rk4", defaults<rk4>()},
        {"dormand_prince", defaults<dormand_prince>()},
        {"runge_kutta<tableau, variable>",
         defaults<heun_in_time, kutta3_in_signal, ssprk3_in_angle>()},
        {"dpm_2", defaults<dpm_2>()},
        {"dpm_solver_pp_multistep<p>",
         defaults<dpm_solver_pp_multistep<1>, dpm_solver_pp_multistep<2>,
                  dpm_solver_pp_multistep<3>>()},
        {"res_multistep<p>", defaults<res_multistep<1>, res_multistep<2>, res_multistep<3>>()},
        {"dpm_solver_multistep<p>",
         defaults<dpm_solver_multistep<1>, dpm_solver_multistep<2>, dpm_solver_multistep<3>>()},
        {"deis<p>", defaults<deis<1>, deis<2>, deis<3>>()},
        {"dpm_solver_pp_singlestep<p>",
         defaults<dpm_solver_pp_singlestep<1>, dpm_solver_pp_singlestep<2>,
                  dpm_solver_pp_singlestep<3>>()},
        {"res_singlestep<p>", defaults<res_singlestep<1>, res_singlestep<2>, res_singlestep<3>>()},
        {"dpm_solver_singlestep<p>",
         defaults<dpm_solver_singlestep<1>, dpm_solver_singlestep<2>, dpm_solver_singlestep<3>>()},
        {"dpm_solver_fast", defaults<dpm_solver_fast<>>()},
        {"unipc<p>", defaults<unipc<1>, unipc<2>, unipc<3>>()},
        {"lms<p>", defaults<lms<1>, lms<2>, lms<3>>()},
        {"pndm", defaults<pndm>()},
        {"ipndm<p>", defaults<ipndm<1>, ipndm<2>, ipndm<3>, ipndm<4>>()},
        {"heavy_ball<p>", defaults<heavy_ball<2>, heavy_ball<4>>()},
        {"gradient_estimation", defaults<gradient_estimation>()},
        {"ancestral", defaults<ancestral>()},
        {"ddim{.eta = 1}", {any_solver(ddim{.eta = 1})}},
        {"euler_maruyama", defaults<euler_maruyama>()},
        {"reverse_diffusion", defaults<reverse_diffusion>()},
        {"sa_solver<p, c>", defaults<sa_solver<1, 1>, sa_solver<2, 2>, sa_solver<3, 3>>()},
        {"sa_solver<p, c>{.tau = 0}",
         {any_solver(sa_solver<1, 1>{.tau = 0}), any_solver(sa_solver<3, 3>{.tau = 0})}},
        {"seeds<p>", defaults<seeds<1>, seeds<2>, seeds<3>>()},
        {"er_sde<p, noise_growth::power>",
         defaults<er_sde<1, power>, er_sde<2, power>, er_sde<3, power>>()},
        {"er_sde<p>", defaults<er_sde<1>, er_sde<2>, er_sde<3>>()},
        {"dpm_solver_pp_multistep<p>{.tau = 1}",
         {any_solver(dpm_solver_pp_multistep<1>{.tau = 1}),
          any_solver(dpm_solver_pp_multistep<2>{.tau = 1}),
          any_solver(dpm_solver_pp_multistep<3>{.tau = 1})}},
        {"predictor_corrector{...}", {any_solver(predictor_corrector(ancestral{}, langevin{}, 2))}},
        {"ancestral_of<...>", defaults<ancestral_of<>, ancestral_of<dpm_2>>()},
        {"churn<...>", defaults<churn<>, churn<euler>>()},
        {"restart<...>", defaults<restart<>, restart<dpm_2>>()},
        {"annealed{...}", {any_solver(annealed(underdamped_langevin{}, 3))}},
        {"tempered{...}", {any_solver(tempered(langevin{}))}},
        {"langevin", defaults<langevin>()},
        {"annealed_langevin", defaults<annealed_langevin>()},
        {"langevin_corrector", defaults<langevin_corrector>()},
        {"underdamped_langevin", defaults<underdamped_langevin>()},
        {"consistency", defaults<consistency>()},
        {"flow_map", defaults<flow_map>()},
        {"tcd", defaults<tcd>()},
        {"ctm", defaults<ctm>()},
    };
}

/// Whether a solver decides for each sample, and leads each over steps of its own.
struct decisions {
    bool judges, own_steps;
};
template <class Solver>
decisions decides() {
    return {requires {typename Solver::judge;
}
, requires {
    &Solver::proceed;
}
};  // namespace
}

/// Those that no plan made ahead shows: what they do is decided in the run.
std::map<std::string, std::vector<decisions>> judging_solvers() {
    using namespace solver;
    using any_pair = adaptive_runge_kutta<tableau::heun>;
    return {
        {"adaptive_bogacki_shampine", {decides<adaptive_bogacki_shampine>()}},
        {"adaptive_dormand_prince", {decides<adaptive_dormand_prince>()}},
        {"adaptive_runge_kutta<tableau>", {decides<any_pair>()}},
        {"adaptive_dpm<2 or 3>", {decides<adaptive_dpm<2>>(), decides<adaptive_dpm<3>>()}},
        {"adaptive_sde", {decides<adaptive_sde>()}},
        {"mala", {decides<mala>()}},
    };
}

const process vp{schedule::linear_beta{}, kernel::variance_preserving{}};
constexpr double from = 0.7, to = 0.1;

std::vector<noise_level> uniform_levels(int n) {
    return grid::uniform{.stop_at = to}.levels(process_view(vp).until(from), n);
}

struct outcome {
    int draws = 0;  ///< most normals of a stage
    moments end{};
    moments flow{}, sde{};  ///< where the probability flow and the reverse SDE lead
};

/// n uniform steps from moments off the marginal, of which the flow and the SDE keep different
/// parts.
outcome run(const any_solver& solver, int n) {
    const process_view p(vp);
    const auto levels = uniform_levels(n);
    moments start = marginal(testing::data, levels.front());
    start.mean += 1.5;
    start.variance *= 2;
    outcome out;
    out.flow = testing::exact_end(levels.front(), levels.back(), 0, start);
    out.sde = testing::exact_end(levels.front(), levels.back(), 1, start);
    out.end = testing::run_moments(p, solver, levels, testing::data, start);
    for (step s{p, levels, 0}; s.index < s.count(); ++s.index)
        for (int j = 0, parts = solver.stages(s); j < parts; ++j)
            out.draws = std::max(out.draws, solver.plan(s, j).draws);
    return out;
}

double distance(const moments& a, const moments& b) {
    return std::max(std::fabs(a.mean - b.mean), std::fabs(a.variance - b.variance));
}

/// The error of 400 steps is small beside what sets flow and SDE apart, and that of 100 is larger.
void check_tends_to(const any_solver& solver, moments outcome::*limit) {
    const outcome coarse = run(solver, 100), fine = run(solver, 400);
    const double apart = distance(fine.flow, fine.sde);
    const double error = distance(fine.end, fine.*limit);
    CHECK(apart > 0.2);
    CHECK(error < 0.02 * apart);
    const bool rounding = error < 1e-12;
    CHECK((rounding || error < 0.6 * distance(coarse.end, coarse.*limit)));
}

void check_same_plans(const any_solver& a, const any_solver& b) {
    for (const int n : {1, 2, 5, 17})
        CHECK(distance(run(a, n).end, run(b, n).end) < 1e-12);
}

/// What a remark on a solver names: options alone are of that solver.
std::string in_full(const std::string& name, const std::string& other) {
    return other.starts_with('.') ? name + "{" + other + "}" : other;
}

/// All solvers that the row names, outside of its remarks.
solvers of_row(const std::string& row) {
    const auto table = planned_solvers();
    solvers all;
    for (const std::string& name : testing::readme_row(row).names) {
        CAPTURE(name);
        REQUIRE(table.contains(name));
        all.insert(all.end(), table.at(name).begin(), table.at(name).end());
    }
    return all;
}

}  // namespace

TEST_CASE("probability flow: no noise, and the limit is the flow") {
    for (const any_solver& s : of_row("solver::, probability flow")) {
        CAPTURE(s.type().name());
        CHECK(run(s, 5).draws == 0);
        check_tends_to(s, &outcome::flow);
    }
}

TEST_CASE("reverse SDE: noise by default, and the limit is the SDE") {
    for (const any_solver& s : of_row("reverse SDE")) {
        CAPTURE(s.type().name());
        CHECK(run(s, 5).draws > 0);
        check_tends_to(s, &outcome::sde);
    }
}

TEST_CASE(
    "another SDE with the same marginals: noise, the marginals, and neither the flow nor the "
    "reverse SDE") {
    for (const any_solver& s : of_row("another SDE with the same marginals")) {
        CAPTURE(s.type().name());
        const outcome got = run(s, 400);
        CHECK(got.draws > 0);
        CHECK(distance(got.end, got.flow) > 0.02);
        CHECK(distance(got.end, got.sde) > 0.02);
        const auto levels = uniform_levels(400);
        const moments kept = testing::run_moments(process_view(vp), s, levels, testing::data,
                                                  marginal(testing::data, levels.front()));
        CHECK(distance(kept, marginal(testing::data, levels.back())) < 0.005);
    }
}

TEST_CASE("a row's remarks: one type, the same steps, tau = 0") {
    auto table = planned_solvers();
    int checked = 0;
    const auto check = [&](const std::string& name, const std::string& remark,
                           const std::string& other) {
        CAPTURE(name);
        CAPTURE(other);
        REQUIRE(table.contains(name));
        REQUIRE(table.contains(other));
        const solvers &a = table[name], &b = table[other];
        ++checked;
        if (remark.find("one type with") != std::string::npos) {
            REQUIRE(a.size() == b.size());
            for (std::size_t i = 0; i < a.size(); ++i)
                CHECK(a[i].type() == b[i].type());
        } else if (remark.find("the same steps as") != std::string::npos) {
            check_same_plans(a.at(0), b.at(0));
        } else {
            REQUIRE(remark.find("follows the probability flow") != std::string::npos);
            for (const any_solver& s : b) {
                CHECK(run(s, 5).draws == 0);
                check_tends_to(s, &outcome::flow);
            }
        }
    };
    for (const std::string row : {"solver::, probability flow", "reverse SDE"})
        for (const auto& [name, remark] : testing::readme_row(row).remarks)
            for (const std::string& other : testing::code_of(remark))
                check(name, remark, in_full(name, other));
    CHECK(checked == 5);
}

TEST_CASE("with error control: each sample is judged, and has steps of its own") {
    const auto table = judging_solvers();
    const auto names = testing::readme_row("with error control, sample by sample").names;
    CHECK(names.size() == 5);
    for (const std::string& name : names) {
        CAPTURE(name);
        REQUIRE(table.contains(name));
        for (const decisions& d : table.at(name)) {
            CHECK(d.judges);
            CHECK(d.own_steps);
        }
    }
}

TEST_CASE("the table names what this list has, once") {
    std::set<std::string> listed, named;
    for (const auto& [name, unused] : planned_solvers())
        listed.insert(name);
    for (const auto& [name, unused] : judging_solvers())
        listed.insert(name);
    for (const std::string row :
         {"solver::, probability flow", "with error control, sample by sample", "reverse SDE",
          "another SDE with the same marginals", "made of other solvers", "Langevin dynamics",
          "few-step models"}) {
        const testing::readme_row part(row);
        for (const std::string& name : part.names) {
            CAPTURE(name);
            CHECK(named.insert(name).second);
        }
        for (const auto& [name, remark] : part.remarks)
            for (const std::string& other : testing::code_of(remark))
                named.insert(in_full(name, other));
    }
    CHECK(named == listed);
}
