// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The search: screening, then the rest.

#include "search.hpp"

#include <diffgen/core/error.hpp>

#include "../common/on_all_cores.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace curves {

namespace {

constexpr std::size_t kept = 2;     ///< candidates of a solver that run at other budgets
constexpr std::size_t passed = 12;  ///< of a solver that pass the screening, or one in twenty

struct run_of_candidate {
    std::size_t index = 0;
    point result;
};

/// Every candidate at one budget, those with a finite error only.
std::vector<run_of_candidate> run_all(const problem& p, const std::vector<candidate>& candidates,
                                      const std::set<std::size_t>& which, int budget,
                                      const Eigen::MatrixXd& start, const measure& m) {
    const std::vector<std::size_t> indices(which.begin(), which.end());
    std::vector<run_of_candidate> runs(indices.size());
    const auto work = [&](std::size_t i) {
        const candidate& c = candidates[indices[i]];
        runs[i].index = indices[i];
        const auto done = c.run(p, budget, start);
        if (!done) return;
        const error_of_run error = m(done->samples);
        if (!std::isfinite(error.chosen_by) || !std::isfinite(error.reported)) return;
        runs[i].result = {c.solver, c.options, budget, done->evaluations, error};
    };
    if (p.one_at_a_time) {
        for (std::size_t i = 0; i < indices.size(); ++i)
            work(i);
    } else {
        common::on_all_cores(static_cast<long>(indices.size()),
                             [&](long i) { work(static_cast<std::size_t>(i)); });
    }
    std::erase_if(runs, [](const auto& r) { return r.result.budget == 0; });
    std::stable_sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) {
        return a.result.error.chosen_by < b.result.error.chosen_by;
    });
    return runs;
}

/// The first few of each solver, and this part of all that it has.
std::set<std::size_t> first_of_each(const std::vector<run_of_candidate>& sorted, std::size_t few,
                                    double part = 0) {
    std::map<std::string, double> all, seen;
    for (const auto& r : sorted)
        all[r.result.solver] += 1;
    std::set<std::size_t> which;
    for (const auto& r : sorted)
        if (seen[r.result.solver]++ < std::max(double(few), part * all[r.result.solver]))
            which.insert(r.index);
    return which;
}

}  // namespace

std::vector<point> search(const problem& p, const std::vector<candidate>& candidates,
                          const std::vector<int>& wide, const std::vector<int>& budgets,
                          const Eigen::MatrixXd& start, Eigen::Index screened, const measure& m) {
    std::vector<point> best_of_each;
    std::set<std::size_t> all, leading, last;
    for (std::size_t i = 0; i < candidates.size(); ++i)
        all.insert(i);
    const auto run = [&](const std::set<std::size_t>& which, int budget) {
        auto runs = run_all(p, candidates, which, budget, start, m);
        std::set<std::string> seen;
        for (const auto& r : runs)
            if (seen.insert(r.result.solver).second) best_of_each.push_back(r.result);
        return runs;
    };
    for (const int budget : wide) {
        const auto some =
            screened > 0
                ? first_of_each(run_all(p, candidates, all, budget, start.leftCols(screened), m),
                                passed, 0.05)
                : all;
        last = first_of_each(run(some, budget), kept);
        leading.insert(last.begin(), last.end());
    }
    for (const int budget : budgets)
        if (std::find(wide.begin(), wide.end(), budget) == wide.end())
            run(budget > wide.back() ? last : leading, budget);
    std::stable_sort(best_of_each.begin(), best_of_each.end(),
                     [](const point& a, const point& b) { return a.budget < b.budget; });
    return best_of_each;
}

const point& best(const std::vector<point>& points, int budget) {
    const point* found = nullptr;
    for (const auto& each : points)
        if (each.budget == budget && (!found || each.error.chosen_by < found->error.chosen_by))
            found = &each;
    if (!found)
        throw diffgen::bad_argument(
            diffgen::detail::text("no candidate runs with ", budget, " evaluations"));
    return *found;
}

measure distance_from_flow(const problem& p) {
    return [&p](const Eigen::MatrixXd& x) {
        const Eigen::Index half = x.cols() / 2;
        return error_of_run{rms(x, p.solution, 0, half), rms(x, p.solution, half, x.cols() - half)};
    };
}

measure distance_of_distributions(const problem& p) {
    return [&p](const Eigen::MatrixXd& x) {
        const Eigen::Index half = x.cols() / 2;
        return error_of_run{p.distance(x.leftCols(half)), p.distance(x.rightCols(x.cols() - half))};
    };
}

}  // namespace curves
