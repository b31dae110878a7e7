// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Tables and curves from the points that were measured.

#include "report.hpp"

#include <algorithm>
#include <iomanip>
#include <map>
#include <set>

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
                            const std::vector<int>& budgets) {
    diffgen::io::curve c{name, {}, -1};
    for (const int budget : budgets) {
        const point& p = best(points, budget);
        c.points.emplace_back(budget, p.error.reported);
    }
    return c;
}

/// A curve a solver, in the style that its name has in every panel.
std::vector<diffgen::io::curve> by_solver(const std::vector<point>& points,
                                          const std::map<std::string, int>& styles) {
    std::map<std::string, std::set<std::pair<double, double>>> of;
    for (const auto& p : points)
        of[p.solver].emplace(p.budget, p.error.reported);
    std::vector<diffgen::io::curve> curves;
    for (const auto& [name, at] : of)
        curves.push_back({name, {at.begin(), at.end()}, styles.at(name)});
    return curves;
}

std::map<std::string, int> styles_of(const std::vector<contest>& contests,
                                     std::vector<point> contest::*side) {
    std::map<std::string, int> styles;
    for (const auto& c : contests)
        for (const auto& p : c.*side)
            styles.emplace(p.solver, 0);
    int next = 0;
    for (auto& [name, style] : styles)
        style = next++;
    return styles;
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
                                       const std::vector<int>& budgets) {
    const auto our_styles = styles_of(contests, &contest::ours);
    const auto their_styles = styles_of(contests, &contest::theirs);
    std::vector<diffgen::io::panel> all;
    for (const auto& c : contests) {
        auto ours = by_solver(c.ours, our_styles), theirs = by_solver(c.theirs, their_styles);
        ours.push_back(envelope("best of diffusers", c.theirs, budgets));
        theirs.push_back(envelope("best of diffgen", c.ours, budgets));
        all.push_back({c.problem + ": diffgen", ours});
        all.push_back({c.problem + ": diffusers", theirs});
    }
    return all;
}

bool print_bests(std::ostream& out, const std::vector<contest>& contests,
                 const std::vector<int>& budgets) {
    bool lower = true;
    const bool fixed = !contests.empty() && !contests.front().fixed.empty();
    out << "| problem | evaluations | best here | error | best of diffusers | error | ratio |"
        << (fixed ? " one choice |\n|---" : "\n") << "|---|---|---|---|---|---|---|\n";
    for (const auto& c : contests)
        for (const int budget : budgets) {
            const point &a = best(c.ours, budget), &b = best(c.theirs, budget);
            const double ratio = a.error.reported / b.error.reported;
            lower = lower && ratio < 1;
            out << "| " << c.problem << " | " << budget << " | " << described(a) << " | "
                << shown(a.error.reported) << " | " << described(b) << " | "
                << shown(b.error.reported) << " | " << shown(ratio) << " |";
            if (fixed) out << ' ' << shown(best(c.fixed, budget).error.reported) << " |";
            out << '\n';
        }
    return lower;
}

}  // namespace curves
