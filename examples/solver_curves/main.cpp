// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Which solver to take: the error of the solvers of diffgen and of the schedulers of diffusers
// against the evaluations of the network, on three mixtures of Gaussians and on the digits.
//
//     solver_curves [--quick] [--only PROBLEM] [--out DIR]
//
// writes solver_curves.csv and solver_curves.svg, and prints the best of both for 5, 10 and 20
// evaluations. --quick is one mixture with few samples; --only takes the problems whose name begins
// so.

#include <diffgen/core/error.hpp>
#include <diffgen/io/line_chart.hpp>

#include "report.hpp"
#include "search.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace curves;

struct request {
    bool quick = false;
    std::string only{};
    std::filesystem::path out = ".";
};

request parse(int argc, char** argv) {
    request r;
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--quick")
            r.quick = true;
        else if (std::string_view(argv[i]) == "--only" && i + 1 < argc)
            r.only = argv[++i];
        else if (std::string_view(argv[i]) == "--out" && i + 1 < argc)
            r.out = argv[++i];
        else
            throw diffgen::bad_argument("solver_curves [--quick] [--only PROBLEM] [--out DIR]");
    return r;
}

/// Those candidates that were the best of their solver somewhere.
std::vector<candidate> winners(const std::vector<candidate>& all,
                               const std::vector<point>& points) {
    std::vector<candidate> some;
    for (const auto& c : all)
        if (std::any_of(points.begin(), points.end(), [&](const point& p) {
                return p.solver == c.solver && p.options == c.options;
            }))
            some.push_back(c);
    return some;
}

class program {
  public:
    explicit program(const request& r)
        : wide_(r.quick ? std::vector<int>{5, 10} : std::vector<int>{5, 10, 20}),
          budgets_(r.quick ? wide_
                           : std::vector<int>{5, 6, 8, 10, 13, 15, 20, 30, 40, 60, 80, 100}) {}

    /// The probability flow.
    void compare_flow(const problem& p) {
        std::cerr << p.name << ": probability flow" << std::endl;
        const measure m = distance_from_flow(p);
        const Eigen::Index some = std::max<Eigen::Index>(p.start.cols() / 10, 20);
        std::vector<candidate> one = ours_;
        std::erase_if(one, [](const candidate& c) {
            return c.solver != "unipc<2>" || c.options != "straight{0.6}, first-order start";
        });
        flow_.push_back({p.name, "rms", search(p, ours_, wide_, budgets_, p.start, some, m),
                         search(p, theirs_, wide_, budgets_, p.start, some, m),
                         search(p, one, wide_, wide_, p.start, 0, m)});
    }

    /// The distributions, with fresh noise and, of each solver without, the best of its flow.
    void compare_distributions(const problem& p, Eigen::Index samples, std::string distance) {
        std::cerr << p.name << ": distributions" << std::endl;
        const auto flow = std::find_if(flow_.begin(), flow_.end(),
                                       [&](const contest& c) { return c.problem == p.name; });
        auto ours = winners(ours_, flow->ours), theirs = winners(theirs_, flow->theirs);
        const auto noisy = ours_stochastic(), their_noisy = theirs_stochastic();
        ours.insert(ours.end(), noisy.begin(), noisy.end());
        theirs.insert(theirs.end(), their_noisy.begin(), their_noisy.end());
        const Eigen::MatrixXd start = normals(p.elements, samples, 30);
        const measure m = distance_of_distributions(p);
        distributions_.push_back({p.name,
                                  std::move(distance),
                                  search(p, ours, wide_, wide_, start, 0, m),
                                  search(p, theirs, wide_, wide_, start, 0, m),
                                  {}});
    }

    void write(const std::filesystem::path& folder) const {
        std::filesystem::create_directories(folder);
        auto everything = flow_;
        everything.insert(everything.end(), distributions_.begin(), distributions_.end());
        std::ofstream csv(folder / "solver_curves.csv");
        write_csv(csv, everything);
        const diffgen::io::chart_options o{.x_label = "network evaluations allowed",
                                           .y_label = "RMS distance from the exact flow"};
        diffgen::io::write_line_charts(folder / "solver_curves.svg", panels(flow_, wide_, budgets_),
                                       o);
        print_bests(std::cout, flow_, wide_);
        if (!distributions_.empty()) print_bests(std::cout << '\n', distributions_, wide_);
        std::cout << std::flush;
    }

  private:
    std::vector<int> wide_, budgets_;
    std::vector<candidate> ours_ = ours(), theirs_ = theirs();
    std::vector<contest> flow_, distributions_;
};

}  // namespace

int main(int argc, char** argv) try {
    const request r = parse(argc, argv);
    program p(r);
    auto problems = mixtures(r.quick ? 100 : 2000);
    if (r.quick)
        problems.erase(problems.begin(), problems.end() - 1);
    else
        problems.push_back(digits_problem(200, DIFFGEN_DIGITS_DATA, DIFFGEN_DIGITS_WEIGHTS));
    std::erase_if(problems, [&](const problem& each) { return !each.name.starts_with(r.only); });
    for (const auto& each : problems)
        p.compare_flow(each);
    p.write(r.out);
    if (r.quick) return 0;
    for (const auto& each : problems)
        p.compare_distributions(each, each.one_at_a_time ? 600 : 2000,
                                each.one_at_a_time ? "Frechet" : "sliced Wasserstein");
    p.write(r.out);
    return 0;
} catch (const std::exception& e) {
    std::cerr << "solver_curves: " << e.what() << '\n';
    return 2;
}
