// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The best candidate of every solver for each number of evaluations.

#include "candidate.hpp"

#include <functional>
#include <string>
#include <vector>

namespace curves {

/// The error of one run, on the samples by which the best was chosen and on others.
struct error_of_run {
    double chosen_by = 0;
    double reported = 0;
};
using measure = std::function<error_of_run(const Eigen::MatrixXd& samples)>;

struct point {
    std::string solver, options;
    int budget = 0;       ///< evaluations allowed
    int evaluations = 0;  ///< evaluations used
    error_of_run error;
};

/// Of each solver the candidate with the least chosen_by at each budget. At the budgets `wide`,
/// every candidate is run: on the first `screened` columns, and the twelve best of each solver, or
/// one in twenty where these are more, on all (0: every one on all). At the other budgets run only
/// those that were the first two of their solver at one of these, and above the last of these only
/// the first two at that.
[[nodiscard]] std::vector<point> search(const problem& p, const std::vector<candidate>& candidates,
                                        const std::vector<int>& wide,
                                        const std::vector<int>& budgets,
                                        const Eigen::MatrixXd& start, Eigen::Index screened,
                                        const measure& m);

/// The point with the least chosen_by of those at this budget. Throws bad_argument without any.
[[nodiscard]] const point& best(const std::vector<point>& points, int budget);

/// Half of the samples to choose by, and half to report, beside the probability flow.
[[nodiscard]] measure distance_from_flow(const problem& p);
/// The same of the distance between distributions.
[[nodiscard]] measure distance_of_distributions(const problem& p);

}  // namespace curves
