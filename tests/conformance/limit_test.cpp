// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Refining the grid leads to the exact flow or SDE of Gaussian data, at the promised order at
// least; and an ODE solver that runs its grid backwards comes back, to the same order.
#include <diffgen/exec/instruction.hpp>
#include <diffgen/grid/inverted.hpp>
#include <diffgen/grid/uniform.hpp>

#include "gaussian_reverse.hpp"
#include "processes.hpp"
#include "solvers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace conformance;
using diffgen::noise_level;
using testing::moments;

namespace {

moments distance(const moments& a, const moments& b) {
    return {std::fabs(a.mean - b.mean), std::fabs(a.variance - b.variance)};
}

/// error(n) falls by 2^order, order at most `most`, from n to 2 n (`slack` of an order is left to
/// higher terms), unless it is rounding.
template <class Error>
void check_order(const entry& e, Error error, int most = 9, double slack = 0.15) {
    CAPTURE(e.name);
    // the order shows sooner where it is high, and rounding too
    const int order = std::min(e.promises.order, most), n = order == 1   ? 512
                                                            : order == 2 ? 2048
                                                                         : 256;
    const moments coarse = error(n), fine = error(2 * n);
    for (const auto moment : {&moments::mean, &moments::variance}) {
        CAPTURE(coarse.*moment);
        CAPTURE(fine.*moment);
        CHECK(std::isfinite(fine.*moment));
        const bool rounding = fine.*moment < 2e-12;
        CHECK((rounding || std::log2(coarse.*moment / fine.*moment) >= order - slack));
    }
}

/// Whether some step has coefficients that are not finite, as runs refuse, or is refused itself.
bool refuses(const entry& e, diffgen::step s) {
    try {
        for (; s.index < s.count(); ++s.index)
            for (int j = 0, parts = e.solver.stages(s); j < parts; ++j) {
                const diffgen::stage planned = e.solver.plan(s, j);
                for (int i = 0; i < planned.rows; ++i)
                    if (!diffgen::exec::detail::is_finite(
                            planned.updates[static_cast<unsigned>(i)].form))
                        return true;
            }
    } catch (const diffgen::bad_argument&) {
        return true;
    }
    return false;
}

moments off_the_marginal(const noise_level& l) {
    moments m = marginal(testing::data, l);
    return {m.mean + 1.5, 2 * m.variance};
}

}  // namespace

TEST_CASE("refined grids lead to the flow or the SDE") {
    for_each_process([](const diffgen::process_view& p, double from, double to) {
        for (const entry& e : solvers()) {
            const bool keeps = e.promises.tends_to == limit::marginals;
            if (e.promises.tends_to == limit::none) continue;
            check_order(e, [&](int n) {
                const auto levels = diffgen::grid::uniform{.stop_at = to}.levels(p.until(from), n);
                const noise_level &first = levels.front(), &last = levels.back();
                const moments start =
                    keeps ? marginal(testing::data, first) : off_the_marginal(first);
                const moments end = keeps ? marginal(testing::data, last)
                                          : testing::exact_end(first, last, e.promises.eta, start);
                return distance(testing::run_moments(p, e.solver, levels, testing::data, start),
                                end);
            });
        }
    });
}

TEST_CASE("the grid run backwards leads back to the start") {
    for_each_process([](const diffgen::process_view& p, double from, double to) {
        for (const entry& e : solvers()) {
            if (e.promises.tends_to != limit::flow || !e.promises.turns_back) continue;
            check_order(e, [&](int n) {
                auto levels = diffgen::grid::uniform{.stop_at = to}.levels(p.until(from), n);
                const moments start = off_the_marginal(levels.front());
                const moments end = testing::run_moments(p, e.solver, levels, testing::data, start);
                std::reverse(levels.begin(), levels.end());
                return distance(testing::run_moments(p, e.solver, levels, testing::data, end),
                                start);
            });
        }
    });
}

TEST_CASE("up to pure noise, where the last step has no logarithm: order 2 at most") {
    const diffgen::process rectified(diffgen::schedule::rectified{},
                                     diffgen::kernel::linear_interpolant{});
    const diffgen::process_view p(rectified);
    for (const entry& e : solvers()) {
        if (e.promises.tends_to != limit::flow || !e.promises.turns_back) continue;
        check_order(
            e,
            [&](int n) {
                const auto levels =
                    diffgen::grid::inverted<>{.main = {.stop_at = 0.2}}.levels(p.until(0.2), n);
                CHECK(levels.back().alpha == 0);
                const moments start = off_the_marginal(levels.front());
                return distance(testing::run_moments(p, e.solver, levels, testing::data, start),
                                testing::exact_end(levels.front(), levels.back(), 0, start));
            },
            2, 0.25);
    }
}

TEST_CASE("a solver of the reverse SDE has no step back up") {
    for_each_process([](const diffgen::process_view& p, double from, double to) {
        for (const entry& e : solvers()) {
            if (e.promises.tends_to != limit::sde) continue;
            CAPTURE(e.name);
            const diffgen::grid::inverted<> up{.main = {.stop_at = to}, .stop_at = from};
            const auto levels = up.levels(p.until(to), 3);
            CHECK(refuses(e, {p, levels, 0}));
        }
    });
}
