// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// What a solver declares is what it uses: registers, rows and draws are enough for every stage and
// some stage needs them all; normals are counted where they have a factor; and nothing is read that
// has not been written.
#include <diffgen/grid/karras.hpp>
#include <diffgen/grid/uniform.hpp>

#include "processes.hpp"
#include "solvers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <typeindex>
#include <vector>

using namespace conformance;

namespace {

using diffgen::linear_form;
using diffgen::max_registers;
using diffgen::stage;

/// Registers, rows and draws that the runs of one type of solver have used so far.
struct usage {
    counts declared{};
    counts used{1, 0, 0};
};

template <class F>
void for_each_row(const stage& s, F f) {
    for (int i = 0; i < s.rows; ++i)
        f(s.updates[static_cast<unsigned>(i)]);
}

bool uses_normal(const stage& s, unsigned i) {
    bool uses = s.measured && !s.measured->judged && i == 0;
    for_each_row(s, [&](const stage::row& r) { uses = uses || r.form.noise[i] != 0; });
    return uses;
}

void check_draws(const entry& e, const stage& s, bool rises) {
    for (unsigned i = 0; i < diffgen::max_draws; ++i)
        CHECK(uses_normal(s, i) == (static_cast<int>(i) < s.draws));
    if (e.promises.tends_to == limit::flow)
        CHECK(s.draws == (rises && !e.promises.turns_back ? 1 : 0));
}

/// The stages of a run from step s.index on, whose memory begins at s.begin.
void inspect(const entry& e, diffgen::step s, usage& u) {
    std::array<bool, max_registers> written{true};
    u.declared = e.solver.declared();
    const auto touch = [&](int target) {
        u.used.registers = std::max(u.used.registers, target + 1);
    };
    const auto check_reads = [&](const linear_form& f) {
        for (unsigned i = 0; i < max_registers; ++i)
            if (f.registers[i] != 0) CHECK(written[i]);
    };
    for (; s.index < s.count(); ++s.index) {
        const int parts = e.solver.stages(s);
        REQUIRE(parts >= 1);
        for (int j = 0; j < parts; ++j) {
            const stage part = e.solver.plan(s, j);
            check_draws(e, part, s.to().log_snr < s.from().log_snr);
            if (part.measured)
                for (const linear_form& f : part.measured->forms)
                    check_reads(f);
            CHECK(written[static_cast<unsigned>(part.input_register)]);
            for_each_row(part, [&](const stage::row& r) { check_reads(r.form); });
            for_each_row(part, [&](const stage::row& r) {
                REQUIRE(r.target >= 0);
                REQUIRE(r.target < u.declared.registers);
                written[static_cast<unsigned>(r.target)] = true;
                touch(r.target);
            });
            u.used.rows = std::max(u.used.rows, part.rows);
            u.used.draws = std::max(u.used.draws, part.draws);
        }
    }
}

/// Whether the first stage of a step reads more than the state.
bool reads_memory(const entry& e, const diffgen::step& s) {
    bool reads = false;
    for_each_row(e.solver.plan(s, 0), [&](const stage::row& r) {
        for (unsigned i = 1; i < max_registers; ++i)
            reads = reads || r.form.registers[i] != 0;
    });
    return reads;
}

}  // namespace

TEST_CASE("every entry has a name of its own") {
    std::set<std::string> names;
    for (const entry& e : solvers()) {
        CAPTURE(e.name);
        CHECK(names.insert(e.name).second);
    }
}

TEST_CASE("registers, rows and draws are enough, and all are needed") {
    std::map<std::type_index, usage> types;
    for_each_process([&](const diffgen::process_view& p, double from, double to) {
        for (const entry& e : solvers()) {
            CAPTURE(e.name);
            usage& u = types[e.solver.type()];
            for (const int n : {1, 2, 3, 7}) {
                CAPTURE(n);
                for (const auto& levels :
                     {diffgen::grid::uniform{.stop_at = to}.levels(p.until(from), n),
                      diffgen::grid::uniform{}.levels(p.until(from), n),
                      diffgen::grid::karras{}.levels(p.until(from), n)})
                    inspect(e, {p, levels, 0}, u);
            }
            const std::vector<diffgen::noise_level> rising{p.level(from), p.level(to),
                                                           p.level((from + to) / 2), p.level(to)};
            if (!e.promises.turns_back) inspect(e, {p, rising, 0}, u);
        }
    });
    for (const entry& e : solvers()) {
        CAPTURE(e.name);
        const usage& u = types[e.solver.type()];
        CHECK(u.used.registers == u.declared.registers);
        CHECK(u.used.rows == u.declared.rows);
        CHECK(u.used.draws == u.declared.draws);
    }
}

TEST_CASE("a run that begins in the middle of the grid reads nothing of the steps before") {
    for_each_process([&](const diffgen::process_view& p, double from, double to) {
        for (const int n : {2, 5, 9})
            for (const auto& levels :
                 {diffgen::grid::uniform{.stop_at = to}.levels(p.until(from), n),
                  diffgen::grid::uniform{}.levels(p.until(from), n)})
                for (const entry& e : solvers()) {
                    CAPTURE(e.name);
                    for (int begin = 1; begin < n; ++begin) {
                        CAPTURE(begin);
                        usage u;
                        inspect(e, {p, levels, begin, begin}, u);
                    }
                }
    });
}

TEST_CASE("without a memory of the steps before, a step reads the state alone") {
    for_each_process([&](const diffgen::process_view& p, double from, double to) {
        const auto levels = diffgen::grid::uniform{.stop_at = to}.levels(p.until(from), 6);
        int remembering = 0;
        for (const entry& e : solvers()) {
            CAPTURE(e.name);
            CHECK(!reads_memory(e, {p, levels, 4, 4}));
            remembering += reads_memory(e, {p, levels, 4}) ? 1 : 0;
        }
        CHECK(remembering >= 20);
    });
}

TEST_CASE("a stochastic solver draws a normal in every step that ends in noise") {
    for_each_process([](const diffgen::process_view& p, double from, double to) {
        const auto levels = diffgen::grid::uniform{.stop_at = to}.levels(p.until(from), 4);
        for (const entry& e : solvers()) {
            if (e.promises.tends_to == limit::flow) continue;
            CAPTURE(e.name);
            for (diffgen::step s{p, levels, 0}; s.index < s.count(); ++s.index) {
                int draws = 0;
                for (int j = 0, parts = e.solver.stages(s); j < parts; ++j)
                    draws += e.solver.plan(s, j).draws;
                CHECK(draws > 0);
            }
        }
    });
}
