// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Constants of solvers and guidance that make no sense, and solvers that plan what no pass can do.

#include <diffgen/diffgen.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/predictor_corrector.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace diffgen;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

const auto network = [](auto, auto, const noise_level&) {};
auto net() {
    return predicts(denoised{}, network);
}

/// Refused when the sampler is made, and before a run if it is changed later.
template <class Solver>
void check_solver_refused(std::initializer_list<std::string_view> parts, Solver bad) {
    check_refused<bad_argument>(
        [&] {
            (void)sampler{schedule::edm{}, kernel::variance_exploding{}, net(), bad};
        },
        parts);
    std::vector<float> x(4, 7.f);
    auto s = sampler{schedule::edm{}, kernel::variance_exploding{}, net(), Solver{}};
    s.solver = bad;
    check_refused<bad_argument>([&] { s.generate(exec::cpp, batch(x, 2)); }, parts);
    CHECK(x == std::vector<float>(4, 7.f));
}
template <class Predictor>
void check_predictor_refused(std::initializer_list<std::string_view> parts, Predictor bad) {
    check_refused<bad_argument>(
        [&] {
            (void)sampler{schedule::edm{}, kernel::variance_exploding{}, bad, solver::euler{}};
        },
        parts);
}

/// A user's solver with a mistake of choice.
struct mistaken {
    static constexpr int registers = 2, rows = 1, draws = 1;
    int stage_count = 1, target = 0, written = 1, drawn = 0, input = 0, reads = 1;
    double coefficient = 1;
    int stages(const step&) const { return stage_count; }
    stage plan(const step& s, int) const {
        stage out = evaluation_stage(s.from(), input);
        out.draws = drawn;
        for (int i = 0; i < written; ++i)
            out.write(target, coefficient * symbol::D + symbol::reg(reads));
        return out;
    }
};

}  // namespace

TEST_CASE("ddim and ancestral with a negative eta, or none") {
    check_solver_refused({"ddim", "eta = -1"}, solver::ddim{-1});
    check_solver_refused({"ddim", "eta = nan"}, solver::ddim{not_a_number});
    check_solver_refused({"ddim", "eta = inf"}, solver::ddim{infinite});
    check_solver_refused({"lms", "tau = 1"}, solver::lms<2>{.tau = 1});
    check_solver_refused({"tau = nan"}, solver::unipc<2>{.tau = not_a_number});
}

TEST_CASE("churn that would take noise away, or nowhere") {
    check_solver_refused({"churn", "amount = -40"}, solver::churn<>{.amount = -40});
    check_solver_refused({"churn", "amount = nan"}, solver::churn<>{.amount = not_a_number});
    check_solver_refused({"s_min = 2", "s_max = 1"}, solver::churn<>{.s_min = 2, .s_max = 1});
    check_solver_refused({"s_min = nan"}, solver::churn<>{.s_min = not_a_number});
    check_solver_refused({"s_noise = -1"}, solver::churn<>{.s_noise = -1});
    CHECK_NOTHROW(solver::churn<>{.s_max = infinite}.check());
}

TEST_CASE("Langevin steps of no size") {
    check_solver_refused({"langevin", "delta = 0"}, solver::langevin{0});
    check_solver_refused({"langevin", "delta = -0.25"}, solver::langevin{-0.25});
    check_solver_refused({"langevin", "delta = nan"}, solver::langevin{not_a_number});
    check_solver_refused({"annealed_langevin", "0 steps"}, solver::annealed_langevin{.steps = 0});
    check_solver_refused({"annealed_langevin", "step = 0"}, solver::annealed_langevin{.step = 0});
    check_solver_refused({"langevin", "temperature = 0"}, solver::langevin{.temperature = 0});
    check_solver_refused({"annealed_langevin", "temperature = inf"},
                         solver::annealed_langevin{.temperature = infinite});
    using solver::underdamped_langevin, solver::annealed, solver::scaled_by_noise;
    check_solver_refused({"underdamped_langevin", "step = 0"}, underdamped_langevin{.step = 0});
    check_solver_refused({"friction = 0"}, underdamped_langevin{.friction = 0});
    check_solver_refused({"friction = nan"}, underdamped_langevin{.friction = not_a_number});
    check_solver_refused({"mass = -1"}, underdamped_langevin{.mass = -1});
    check_solver_refused({"temperature = nan"}, underdamped_langevin{.temperature = not_a_number});
    check_solver_refused({"annealed", "0 steps"}, annealed(underdamped_langevin{}, 0));
    check_solver_refused({"mass = 0"}, annealed(scaled_by_noise(underdamped_langevin{.mass = 0})));
    check_solver_refused({"langevin_corrector", "snr = 0"}, solver::langevin_corrector{.snr = 0});
    check_solver_refused({"snr = -0.5"}, solver::langevin_corrector{.snr = -0.5});
    check_solver_refused({"scale = 0"}, solver::langevin_corrector{.scale = 0});
}

TEST_CASE("temperatures that make no sense, of the library's and of a user's cooling") {
    using solver::tempered, solver::langevin;
    namespace cooling = solver::cooling;
    check_solver_refused({"cooling::geometric", "to 0"},
                         tempered(langevin{}, cooling::geometric{.last = 0}));
    check_solver_refused({"cooling::linear from -1"},
                         tempered(langevin{}, cooling::linear{.first = -1}));
    check_solver_refused({"cooling::logarithmic", "depth = 0"},
                         tempered(langevin{}, cooling::logarithmic{.depth = 0}));
    check_solver_refused({"delta = 0"}, tempered(langevin{.delta = 0}));
    std::vector<float> x(4, 7.f);
    sampler s{schedule::edm{}, kernel::variance_exploding{}, net(),
              tempered(langevin{}, [](int, int) { return -3.; })};
    check_refused<bad_argument>([&] { s.generate(exec::cpp, batch(x, 2)); },
                                {"langevin", "temperature = -3"});
    CHECK(x == std::vector<float>(4, 7.f));
}

TEST_CASE("a predictor-corrector with bad parts") {
    using solver::predictor_corrector, solver::ddim, solver::langevin;
    check_solver_refused({"-1 corrections"}, predictor_corrector(ddim{}, langevin{}, -1));
    check_solver_refused({"delta = -1"}, predictor_corrector(ddim{}, langevin{.delta = -1}));
    check_solver_refused({"eta = -2"}, predictor_corrector(ddim{-2}, langevin{}));
}

TEST_CASE("clipping and guidance") {
    check_refused<bad_argument>([] { clipped(net(), 1, -1); }, {"[1, -1]"});
    check_refused<bad_argument>([] { clipped(net(), 2, 2); }, {"[2, 2]"});
    check_refused<bad_argument>([] { clipped(net(), not_a_number, 1); }, {"[nan, 1]"});
    check_predictor_refused({"w = nan"}, guided{net(), classifier_free{not_a_number}});
    auto merged = clipped{guided{net(), classifier_free{2}}};
    merged.inner.rule.w = infinite;
    check_predictor_refused({"w = inf"}, merged);
    auto changed = clipped(net());
    changed.low = 3;
    check_predictor_refused({"[3, 1]"}, changed);
}

TEST_CASE("constants of predictions, time inputs and mixtures") {
    check_predictor_refused({"sigma_data = 0"}, predicts(edm_preconditioned{0}, network));
    check_predictor_refused({"sigma_data = nan"},
                            predicts(edm_preconditioned{not_a_number}, network));
    check_predictor_refused({"factor = nan"},
                            predicts(denoised{}, network, time_input::scaled{not_a_number}));
    using mixture = gaussian_mixture<1, 2, double>;
    check_predictor_refused({"weight 1 ", "is 0"}, exact(mixture{{1, 0}, {}, {{{1}, {1}}}}));
    check_predictor_refused({"weight 0 ", "is 0"}, exact(mixture{}));
    check_predictor_refused({"component 1 ", "variance -2", "dimension 0"},
                            exact(mixture{{1, 1}, {}, {{{1}, {-2}}}}));
    check_predictor_refused({"component 0 ", "mean nan"},
                            exact(mixture{{1, 1}, {{{not_a_number}, {0}}}, {{{1}, {1}}}}));
}

TEST_CASE("a user's solver that plans what no pass can do") {
    std::vector<float> x(4, 7.f);
    const auto check_plan_refused = [&](std::initializer_list<std::string_view> parts,
                                        mistaken bad) {
        auto s = sampler{schedule::edm{}, kernel::variance_exploding{}, net(), bad};
        check_refused<bad_argument>([&] { s.generate(exec::cpp, batch(x, 2)); }, parts);
    };
    check_plan_refused({"0 stages", "step 0"}, {.stage_count = 0});
    check_plan_refused({"step 0", "registers = 2"}, {.target = 2});
    check_plan_refused({"register -1", "registers are 0 to 7"}, {.target = -1});
    check_plan_refused({"registers = 2"}, {.reads = 2});
    check_plan_refused({"2 rows", "rows = 1"}, {.written = 2});
    check_plan_refused({"2 normals", "draws = 1"}, {.drawn = 2});
    check_plan_refused({"evaluates register 2"}, {.input = 2});
    check_plan_refused({"no finite coefficients", "step 0", "t = 80"},
                       {.coefficient = not_a_number});
    CHECK(x == std::vector<float>(4, 7.f));
}

TEST_CASE("a progress bar of no width") {
    std::ostringstream out;
    check_refused<bad_argument>([&] { (void)observe::progress(out, "bar", 0); },
                                {"of 0 characters"});
    check_refused<bad_argument>([&] { (void)observe::progress(out, "bar", -3); },
                                {"of -3 characters"});
}
