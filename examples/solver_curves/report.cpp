// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Tables and curves from the points that were measured.

#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace curves {

namespace {

/// The error that a table shows: three digits.
std::string shown(double v) {
    std::ostringstream text;
    text << std::setprecision(3) << v;
    return text.str();
}

std::string described(const point& p) {
    return p.solver + (p.options.empty() ? "" : "; " + p.options);
}

/// The reported error of the best at each budget.
diffgen::io::curve envelope(const std::string& name, const std::vector<point>& points,
                            const std::vector<int>& budgets, int style) {
    diffgen::io::curve c{name, {}, style};
    for (const int budget : budgets) {
        const point& p = best(points, budget);
        c.points.emplace_back(budget, p.error.reported);
    }
    return c;
}

/// The sum of log error over the budgets at which every candidate was tried; infinite where a
/// solver has not run at one.
double total_log_error(const std::vector<point>& points, const std::string& solver,
                       const std::vector<int>& budgets) {
    double sum = 0;
    for (const int budget : budgets) {
        const auto at = std::find_if(points.begin(), points.end(), [&](const point& p) {
            return p.solver == solver && p.budget == budget;
        });
        if (at == points.end()) return std::numeric_limits<double>::infinity();
        sum += std::log(at->error.reported);
    }
    return sum;
}

/// The solvers of a side with the least geometric mean over all problems.
std::vector<std::string> leaders(const std::vector<contest>& contests,
                                 std::vector<point> contest::*side, std::size_t count,
                                 const std::vector<int>& budgets) {
    std::map<std::string, double> totals;
    for (const auto& c : contests)
        for (const auto& p : c.*side)
            totals.emplace(p.solver, 0);
    std::vector<std::pair<double, std::string>> sorted;
    for (auto& [name, total] : totals) {
        for (const auto& c : contests)
            total += total_log_error(c.*side, name, budgets);
        if (std::isfinite(total)) sorted.emplace_back(total, name);
    }
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(count, sorted.size()); ++i)
        names.push_back(sorted[i].second);
    return names;
}

diffgen::io::curve curve_of(const std::vector<point>& points, const std::string& solver,
                            int style) {
    diffgen::io::curve c{solver, {}, style};
    for (const auto& p : points)
        if (p.solver == solver) c.points.emplace_back(p.budget, p.error.reported);
    return c;
}

/// From the least error of the solvers that have no line of their own to the ninth of ten.
diffgen::io::band the_rest(const contest& c, const std::set<std::string>& named,
                           const std::vector<int>& budgets) {
    diffgen::io::band rest{"all others, nine in ten", {}};
    for (const int budget : budgets) {
        std::vector<double> errors;
        for (const auto* side : {&c.ours, &c.theirs})
            for (const auto& p : *side)
                if (p.budget == budget && !named.contains(p.solver))
                    errors.push_back(p.error.reported);
        if (errors.empty()) continue;
        std::sort(errors.begin(), errors.end());
        rest.edges.push_back({double(budget), errors.front(), errors[errors.size() * 9 / 10]});
    }
    return rest;
}

}  // namespace

void write_csv(std::ostream& out, const std::vector<contest>& contests) {
    out << "problem;measure;library;solver;options;allowed;evaluations;error\n";
    const auto lines = [&](const contest& c, const char* library, const std::vector<point>& all) {
        for (const auto& p : all)
            out << c.problem << ';' << c.measure << ';' << library << ';' << p.solver << ';'
                << p.options << ';' << p.budget << ';' << p.evaluations << ';'
                << shown(p.error.reported) << '\n';
    };
    for (const auto& c : contests) {
        lines(c, "diffgen", c.ours);
        lines(c, "diffusers", c.theirs);
    }
}

std::vector<diffgen::io::panel> panels(const std::vector<contest>& contests,
                                       const std::vector<int>& wide,
                                       const std::vector<int>& budgets) {
    constexpr int dashed = 10;
    const auto ours = leaders(contests, &contest::ours, 3, wide);
    const auto theirs = leaders(contests, &contest::theirs, 2, wide);
    std::set<std::string> named(ours.begin(), ours.end());
    named.insert(theirs.begin(), theirs.end());
    std::vector<diffgen::io::panel> all;
    for (const auto& c : contests) {
        diffgen::io::panel p{c.problem, {}, {the_rest(c, named, budgets)}};
        p.curves.push_back(envelope("best of diffgen", c.ours, budgets, -1));
        p.curves.push_back(envelope("best of diffusers", c.theirs, budgets, -2));
        int style = 0;
        for (const auto& name : ours)
            p.curves.push_back(curve_of(c.ours, name, style++));
        for (const auto& name : theirs)
            p.curves.push_back(curve_of(c.theirs, name, dashed + style++));
        all.push_back(std::move(p));
    }
    return all;
}

void print_bests(std::ostream& out, const std::vector<contest>& contests,
                 const std::vector<int>& budgets) {
    const bool fixed = !contests.empty() && !contests.front().fixed.empty();
    out << "| problem | evaluations | best here | error | best of diffusers | error | ratio |"
        << (fixed ? " one choice |\n|---" : "\n") << "|---|---|---|---|---|---|---|\n";
    for (const auto& c : contests)
        for (const int budget : budgets) {
            const point &a = best(c.ours, budget), &b = best(c.theirs, budget);
            const double ratio = a.error.reported / b.error.reported;
            out << "| " << c.problem << " | " << budget << " | " << described(a) << " | "
                << shown(a.error.reported) << " | " << described(b) << " | "
                << shown(b.error.reported) << " | " << shown(ratio) << " |";
            if (fixed) out << ' ' << shown(best(c.fixed, budget).error.reported) << " |";
            out << '\n';
        }
}

}  // namespace curves
