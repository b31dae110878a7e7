// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Runs in files: what is read goes on as what was saved, and what does not fit is refused.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/brownian.hpp>
#include <diffgen/run_file.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/adaptive.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/mala.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/seeds.hpp>

#include "bits_equal.hpp"
#include "io_testing.hpp"
#include "mixture_as.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 3, D = 2, size = samples * D;
const options in_five{.steps = 5, .seed = 4, .first_sample = 1};

template <class Solver, class Noise = noise::philox>
auto sampler_of(const Solver& solver, const Noise& source = {}) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   testing::batched_predictor(epsilon{}, testing::three_in_2d), solver, source};
}

template <class Sampler, class Run>
void evaluate(const Sampler& s, Run& r) {
    auto network = s.predictor.net;
    network(r.input(), r.output(), r.levels());
    if constexpr (Run::wants_density) network.log_density(r.input(), r.log_densities(), r.levels());
}

template <class Sampler, class Start>
void check_file(const Sampler& s, const Start& start) {
    const scratch_folder folder;
    const auto path = folder.path / "run.safetensors";
    std::vector<double> expected(size), x(size), y(size);
    auto whole = start(s, expected);
    for (; whole; whole.advance())
        evaluate(s, whole);
    const int evaluations = whole.summary().evaluations;
    REQUIRE(evaluations >= 5);
    for (int k = 0; k < evaluations; ++k) {
        auto first = start(s, x);
        for (int i = 0; i < k; ++i, first.advance())
            evaluate(s, first);
        save_run(first, path);
        auto second = start(s, y);
        load_run(second, path);
        for (; second; second.advance())
            evaluate(s, second);
        CHECK(differences(y, expected) == 0);
    }
}

const auto plainly = [](const auto& s, std::vector<double>& x) {
    return s.start(exec::cpp, batch(x, samples), in_five);
};
const auto apart = [](const auto& s, std::vector<double>& x) {
    x.assign(size, 0.5);
    return s.start_from(exec::cpp, std::vector{0.9, 0.5, 0.9}, batch(x, samples), in_five);
};

}  // namespace

TEST_CASE("a run in a file goes on with the same bits") {
    check_file(sampler_of(solver::ddim{}), plainly);
    check_file(sampler_of(solver::unipc<3>{}), plainly);
    check_file(sampler_of(solver::seeds<3>{}, noise::brownian{}), plainly);
    check_file(sampler_of(solver::ancestral{}), apart);
    check_file(sampler_of(solver::dpm_solver_pp_multistep<2>{}), apart);
    check_file(sampler_of(solver::seeds<2>{}, noise::brownian{}), apart);
    check_file(sampler_of(solver::adaptive_bogacki_shampine{}), plainly);
    check_file(sampler_of(solver::adaptive_heun{}), apart);
}

TEST_CASE("a request of a pool goes on from a file, in another pool or alone") {
    const scratch_folder folder;
    const auto path = folder.path / "request.safetensors";
    const auto s = sampler_of(solver::dpm_solver_pp_multistep<2>{});
    const auto finish = [](auto& p) {
        for (; p; p.advance())
            p.evaluate();
    };
    std::vector<double> expected(D), x(D);
    s.generate(exec::cpp, batch(expected, 1), in_five);
    auto first = s.pool<double>(exec::cpp, D), second = s.pool<double>(exec::cpp, D);
    const request_id id = first.admit(in_five);
    for (int k = 0; k < 3; ++k, first.advance())
        first.evaluate();
    save_snapshot(first.snapshot(id), path);

    second.admit({.steps = 3});
    const request_id there = second.resume(load_snapshot<decltype(second)::snapshot_type>(path));
    CHECK(second.status(there).evaluations == 3);
    finish(second);
    CHECK(std::ranges::equal(second.state(there), expected));

    auto alone = s.start(exec::cpp, batch(x, 1), in_five);
    load_run(alone, path);
    for (; alone; alone.advance())
        evaluate(s, alone);
    CHECK(differences(x, expected) == 0);
}

TEST_CASE("a file that does not fit is refused, and says what differs") {
    const scratch_folder folder;
    const auto path = folder.path / "run.safetensors";
    const auto s = sampler_of(solver::ddim{});
    std::vector<double> x(size);
    auto saved = plainly(s, x);
    evaluate(s, saved);
    saved.advance();
    save_run(saved, path);
    const auto refused = [&]<class Error>(const auto& other, options o, std::size_t n,
                                          const std::string& text, Error*) {
        std::vector<double> y(n * D, 7.);
        auto r = other.start_from(exec::cpp, batch(y, n), o);
        bool said = false;
        try {
            load_run(r, path);
        } catch (const Error& e) {
            said = std::string(e.what()).find(text) != std::string::npos;
            INFO(e.what());
            CHECK(said);
        }
        CHECK(said);
        CHECK(y == std::vector<double>(n * D, 7.));
    };
    bad_argument* argument = nullptr;
    bad_shape* shape = nullptr;
    options o = in_five;
    refused(s, o, 2, "3 samples of 2 elements with 1 registers, for one of 2 samples", shape);
    refused(sampler_of(solver::heun{}), o, 3, "with 1 registers", shape);
    o.seed = 5;
    refused(s, o, 3, "seed 4", argument);
    o = in_five;
    o.steps = 6;
    refused(s, o, 3, "6 levels", argument);
    o = in_five;
    o.begin_step = 2;
    refused(s, o, 3, "steps 0 to 5", argument);
    sampler other{schedule::linear_beta{.beta_max = 10}, kernel::variance_preserving{}, s.predictor,
                  solver::ddim{}};
    refused(other, in_five, 3, "level 0", argument);
    bad_file* file = nullptr;
    const auto whole = io::read_safetensors(path);
    auto damaged = whole;
    damaged.tensors.at("registers").data.front() ^= 1;
    io::write_safetensors(path, damaged);
    refused(s, in_five, 3, "check sum", file);
    io::write_safetensors(path, whole);
    refused(sampler_of(solver::adaptive_heun{}), in_five, 3, "remembers", file);
    std::ofstream(path, std::ios::trunc) << "no file of this kind";
    refused(s, in_five, 3, "", file);
    io::write_safetensors(path, io::safetensors{});
    refused(s, in_five, 3, "not a saved run", file);
}
