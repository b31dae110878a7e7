// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The measured points of a problem as lines of a table, as curves, and the best of both sides.

#include <diffgen/io/line_chart.hpp>

#include "search.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace curves {

/// What was measured on one problem.
struct contest {
    std::string problem;
    std::string measure;  ///< what the errors are
    std::vector<point> ours, theirs;
    std::vector<point> fixed{};  ///< of one choice for all problems
};

void write_csv(std::ostream& out, const std::vector<contest>& contests);

/// A panel a contest: the best of both sides; the solvers of each that are best over all contests
/// and the budgets `wide`; all others as a band.
[[nodiscard]] std::vector<diffgen::io::panel> panels(const std::vector<contest>& contests,
                                                     const std::vector<int>& wide,
                                                     const std::vector<int>& budgets);

/// The best of both at each budget as a table in Markdown, beside the one choice for all.
void print_bests(std::ostream& out, const std::vector<contest>& contests,
                 const std::vector<int>& budgets);

}  // namespace curves
