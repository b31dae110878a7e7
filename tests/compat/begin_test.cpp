// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Runs of the peers' solvers that begin in the middle of the grid. What they remember begins there;
// what looks at the grid's end counts on the whole grid (diffusers 0.40.0.dev0: `lower_order_nums`
// and `model_outputs` start empty, `step_index` does not).

#include <diffgen/compat/diffusers/deis.hpp>
#include <diffgen/compat/diffusers/dpm_multistep.hpp>
#include <diffgen/compat/diffusers/dpm_singlestep.hpp>
#include <diffgen/compat/diffusers/flow_match.hpp>
#include <diffgen/compat/diffusers/heun.hpp>
#include <diffgen/compat/diffusers/ipndm.hpp>
#include <diffgen/compat/diffusers/kdpm2.hpp>
#include <diffgen/compat/diffusers/lms.hpp>
#include <diffgen/compat/diffusers/pndm.hpp>
#include <diffgen/compat/diffusers/read_config.hpp>
#include <diffgen/compat/diffusers/sa_solver.hpp>
#include <diffgen/compat/diffusers/unipc.hpp>
#include <diffgen/compat/k_diffusion/multistep.hpp>
#include <diffgen/io/json.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using namespace diffgen;
using namespace diffgen::compat;
namespace peer = diffgen::compat::diffusers;

namespace {

peer::config read(const char* name, const char* options) {
    return peer::read_config(name + std::string("Scheduler"), io::parse_json(options));
}

/// n levels of diffusers' default schedule, and the clean end.
std::vector<noise_level> levels_of(const peer::config& c, int n) {
    return peer::lambda_levels(c, n).values;
}

const process vp{schedule::linear_beta{}, kernel::variance_preserving{}};

/// Of how many values of the network, this one included, each step from `begin` on makes the new
/// state: the order of a multistep method. Fails where a step reads what was not written.
template <class Solver>
std::vector<int> orders(const Solver& solver, const std::vector<noise_level>& levels, int begin) {
    std::vector<int> found;
    std::array<bool, max_registers> written{true};
    for (step s{process_view(vp), levels, begin, begin}; s.index < s.count(); ++s.index) {
        const stage out = solver.plan(s, 0);
        for (int i = 0; i < out.rows; ++i) {
            const auto& row = out.updates[static_cast<unsigned>(i)];
            int used = row.form.denoised != 0 || row.form.network != 0 ? 1 : 0;
            for (unsigned r = 1; r < max_registers; ++r) {
                if (row.form.registers[r] == 0) continue;
                CHECK(written[r]);
                ++used;
            }
            if (row.target == 0) found.push_back(used);
        }
        for (int i = 0; i < out.rows; ++i)
            written[static_cast<unsigned>(out.updates[static_cast<unsigned>(i)].target)] = true;
    }
    return found;
}
using counts = std::vector<int>;

}  // namespace

TEST_CASE("orders of DPM-Solver's multistep rise again from 1, and fall with the whole grid") {
    const peer::config two = read("DPMSolverMultistep", R"({"solver_order": 2})");
    CHECK(orders(peer::dpm_multistep(two), levels_of(two, 20), 15) == counts{1, 2, 2, 2, 1});
    CHECK(orders(peer::dpm_multistep(two), levels_of(two, 10), 8) == counts{1, 1});
    const peer::config three = read("DPMSolverMultistep", R"({"solver_order": 3})");
    CHECK(orders(peer::dpm_multistep(three), levels_of(three, 20), 14) == counts{1, 2, 3, 3, 3, 1});
    // fewer than 15 steps: 'lower_order_final'
    CHECK(orders(peer::dpm_multistep(three), levels_of(three, 14), 8) == counts{1, 2, 3, 3, 2, 1});
    // the same steps, but they are the last of 15
    CHECK(orders(peer::dpm_multistep(three), levels_of(three, 15), 9) == counts{1, 2, 3, 3, 3, 1});
}

TEST_CASE("orders of DEIS rise again from 1") {
    const peer::config c = read("DEISMultistep", R"({"solver_order": 3})");
    CHECK(orders(peer::deis(c), levels_of(c, 20), 14) == counts{1, 2, 3, 3, 3, 3});
    CHECK(orders(peer::deis(c), levels_of(c, 14), 9) == counts{1, 2, 3, 2, 1});
}

TEST_CASE("the blocks of DPM-Solver's singlestep are those of the whole grid") {
    const peer::config c = read("DPMSolverSinglestep", R"({"solver_order": 2})");
    const peer::dpm_singlestep solver(c);
    const auto block_starts = [&](int n, int begin) {
        std::vector<bool> starts;  // a step of order 1 keeps the state it starts from
        const auto levels = levels_of(c, n);
        for (step s{process_view(vp), levels, begin, begin}; s.index < s.count(); ++s.index)
            starts.push_back(solver.plan(s, 0).rows == 3);
        return starts;
    };
    using starts = std::vector<bool>;
    CHECK(block_starts(15, 12) == starts{true, false, true});
    // in the middle of a block there is no value of its start: order 1, then that of the grid
    CHECK(block_starts(15, 11) == starts{true, true, false, true});
    CHECK(block_starts(16, 12) == starts{true, false, true, true});
    orders(solver, levels_of(c, 16), 11);
    const peer::config three = read("DPMSolverSinglestep", R"({"solver_order": 3})");
    // orders 3, 1, 2, 3, 1, ... of the grid: the first is 1, and no value is missing later
    for (int begin = 1; begin < 20; ++begin) {
        CAPTURE(begin);
        orders(peer::dpm_singlestep(three), levels_of(three, 20), begin);
    }
    CHECK(orders(peer::dpm_singlestep(three), levels_of(three, 20), 10).front() == 1);
}

TEST_CASE("UniPC begins without a corrector and at order 1") {
    const peer::config c = read("UniPCMultistep", R"({"solver_order": 3})");
    // the predictor at order k, after the first step with a corrector of the order before
    CHECK(orders(peer::unipc(c), levels_of(c, 20), 14).front() == 1);
    const auto levels = levels_of(c, 20);
    const auto rows = [&](int index, int begin) {
        return peer::unipc(c).plan({process_view(vp), levels, index, begin}, 0).updates;
    };
    const auto start = rows(14, 14)[1].form;  // what the step starts from
    CHECK(start.registers[0] == 1);
    CHECK(start.denoised == 0);
    CHECK(rows(15, 14)[1].form.denoised != 0);
    for (int begin = 1; begin < 20; ++begin)
        orders(peer::unipc(c), levels, begin);
}

TEST_CASE("SA-Solver begins without a corrector and at order 1") {
    const peer::config c = read("SASolver", "{}");
    const auto levels = levels_of(c, 20);
    const peer::sa_solver solver(c);
    CHECK(orders(solver, levels, 14).front() == 1);
    for (int begin = 1; begin < 20; ++begin)
        orders(solver, levels, begin);
}

TEST_CASE("LMS keeps the coefficients of the full order for the slopes that it has") {
    const auto c = read("LMSDiscrete", "{}");
    const peer::at_sigmas grid = peer::sigma_grid(c, 10);
    std::vector<noise_level> levels;
    for (const double sigma : grid.sigmas)
        levels.push_back({.log_snr = -2 * std::log(sigma), .alpha = 1, .sigma = sigma});
    const peer::lms solver{};
    CHECK(orders(solver, levels, 5) == counts{1, 2, 3, 4, 4});
    const step whole{process_view(vp), levels, 5}, fresh{process_view(vp), levels, 5, 5};
    CHECK(solver.plan(fresh, 0).updates[0].form.denoised ==
          solver.plan(whole, 0).updates[0].form.denoised);
}

TEST_CASE("solvers of two calls a step begin with a first call") {
    std::vector<noise_level> levels;
    for (const double sigma : {8., 4., 4., 2., 2., 1., 1.})
        levels.push_back({.log_snr = -2 * std::log(sigma), .alpha = 1, .sigma = sigma});
    for (int begin = 0; begin < 6; ++begin) {
        CAPTURE(begin);
        orders(peer::heun{}, levels, begin);
        orders(peer::flow_heun{}, levels, begin);
        if (begin % 2 == 0) orders(peer::kdpm2{}, levels, begin);
    }
    const step middle{process_view(vp), levels, 3, 3};
    check_refused<unsupported>([&] { (void)peer::kdpm2{}.plan(middle, 0); }, {"call 3"});
}

TEST_CASE("PNDM repeats its second call wherever the run begins") {
    const auto c = read("PNDM", R"({"skip_prk_steps": true})");
    const peer::pndm solver(c, 10);
    std::vector<noise_level> levels;
    const process discrete{peer::noise_schedule(c), kernel::variance_preserving{}};
    for (const int t : peer::pndm_timesteps(c, 10))
        levels.push_back(discrete.level(t));
    levels.push_back(discrete.clean());
    const auto plan = [&](int index, int begin) {
        return solver.plan({process_view(discrete), levels, index, begin}, 0);
    };
    CHECK(plan(5, 4).updates[0].form.registers[1] != 0);  // from the state before the first call
    CHECK(plan(5, 4).updates[0].form.registers[0] == 0);
    CHECK(plan(5, 0).updates[0].form.registers[1] == 0);
}

TEST_CASE("the samplers of k-diffusion count from the first sigma that they are given") {
    const peer::config c = read("DPMSolverMultistep", "{}");
    const auto levels = levels_of(c, 9);
    const auto same = [&](const auto& solver) {
        const std::vector<noise_level> tail(levels.begin() + 4, levels.end());
        for (int i = 0; i < 4; ++i) {
            const stage whole = solver.plan({process_view(vp), levels, i + 4, 4}, 0);
            const stage part = solver.plan({process_view(vp), tail, i}, 0);
            CHECK(whole.updates[0].form.denoised == part.updates[0].form.denoised);
            CHECK(whole.updates[0].form.registers[0] == part.updates[0].form.registers[0]);
        }
        orders(solver, levels, 4);
    };
    same(k_diffusion::lms{});
    same(k_diffusion::dpmpp_2m{});
    same(k_diffusion::dpmpp_2m_sde{});
    same(k_diffusion::dpmpp_3m_sde{});
}
