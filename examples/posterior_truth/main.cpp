// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// posterior_truth [--quick | --long]: every method of posterior sampling against the exact
// posterior of a Gaussian mixture in 20 dimensions, under five operators at three noise levels, at
// 20 and 100 evaluations a sample (--long: 1,000 too); then twisted Monte Carlo as its particles
// grow. docs/concepts/posterior.md discusses the tables, which are in its notation. All figures are
// means over the operators.

#include <diffgen/metrics/interval_coverage.hpp>
#include <diffgen/metrics/sliced_wasserstein.hpp>

#include "../common/on_all_cores.hpp"
#include "methods.hpp"
#include "problem.hpp"

#include <cmath>
#include <cstdio>
#include <exception>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using truth::Index;
using truth::matrix;
using truth::vector;
namespace metrics = diffgen::metrics;

struct figures {
    double distance = 0;               ///< sliced Wasserstein, over that of two exact sets
    double bias = 0;                   ///< of the mean, over the root of the total variance
    double variance = 0;               ///< total, over the exact one
    double half = 0, nine_tenths = 0;  ///< the share of exact samples in intervals of 50 and 90 %

    figures& operator+=(const figures& o) {
        distance += o.distance;
        bias += o.bias;
        variance += o.variance;
        half += o.half;
        nine_tenths += o.nine_tenths;
        return *this;
    }
};

double coverage(const matrix& exact, const matrix& x, double level) {
    metrics::interval_coverage all;
    for (Index e = 0; e < x.rows(); ++e) {
        const vector line = x.row(e);
        auto interval =
            metrics::central_interval({line.data(), static_cast<std::size_t>(line.size())}, level);
        // Where all samples are one, rounding can turn an interval around.
        if (interval.upper < interval.lower) std::swap(interval.lower, interval.upper);
        for (const double v : exact.row(e))
            all.add(v, interval);
    }
    return all.share();
}

figures judge(const truth::problem& p, const matrix& x) {
    if (!x.allFinite() || x.cwiseAbs().maxCoeff() > 1e6)
        return {INFINITY, INFINITY, INFINITY, 0, 0};
    const vector mean = p.exact.mean();
    const double total = p.exact.covariance().trace();
    const vector own = x.rowwise().mean();
    return {
        metrics::sliced_wasserstein(p.others, x) / metrics::sliced_wasserstein(p.others, p.samples),
        (own - mean).norm() / std::sqrt(total),
        (x.colwise() - own).squaredNorm() / static_cast<double>(x.cols() - 1) / total,
        coverage(p.others, x, 0.5), coverage(p.others, x, 0.9)};
}

/// The figures of a method under every operator that it is for, on all processors.
std::vector<figures> of_problems(const truth::method& m,
                                 const std::vector<truth::problem>& problems, int evaluations,
                                 Index count) {
    std::vector<const truth::problem*> fit;
    for (const auto& p : problems)
        if (!m.needs_mask || !p.op.known.empty()) fit.push_back(&p);
    std::vector<figures> all(fit.size());
    common::on_all_cores(static_cast<long>(fit.size()), [&](long i) {
        const auto k = static_cast<std::size_t>(i);
        all[k] = judge(*fit[k], m.run(*fit[k], evaluations, count));
    });
    return all;
}

void print_table(const std::vector<truth::method>& methods,
                 const std::vector<std::vector<truth::problem>>& by_noise, int evaluations,
                 Index count) {
    std::printf("\n%d evaluations a sample\n\n| |", evaluations);
    for (const auto& problems : by_noise)
        std::printf(" noise %g: distance | bias | variance | 50 %% | 90 %% |",
                    problems[0].given.sigma());
    std::printf("\n|---|");
    for (std::size_t i = 0; i < by_noise.size(); ++i)
        std::printf("---|---|---|---|---|");
    std::printf("\n");
    for (const auto& m : methods) {
        std::printf("| %s |", m.name.c_str());
        for (const auto& problems : by_noise) {
            const std::vector<figures> all = of_problems(m, problems, evaluations, count);
            figures sum;
            for (const figures& f : all)
                sum += f;
            const auto n = static_cast<double>(all.size());
            std::printf(" %.1f | %.2f | %.2f | %.0f | %.0f |", sum.distance / n, sum.bias / n,
                        sum.variance / n, 100 * sum.half / n, 100 * sum.nine_tenths / n);
            std::fflush(stdout);
        }
        std::printf("\n");
    }
}

void print_particles(const truth::problem& p, Index count) {
    std::printf("\nTwisted Monte Carlo, %s, noise %g, 100 steps\n\n", p.op.name.c_str(),
                p.given.sigma());
    std::printf(
        "| particles | distance | bias | variance | error of p(y) |\n|---|---|---|---|---|\n");
    double first = 0, last = 0;
    Index least = 4, most = least;
    for (Index particles = least; particles <= count / 4; particles *= 4) {
        const auto run = truth::twisted(p, 100, count, particles);
        const figures f = judge(p, run.samples);
        std::printf("| %d | %.2f | %.3f | %.2f | %.3f |\n", static_cast<int>(particles), f.distance,
                    f.bias, f.variance, run.evidence_error);
        std::fflush(stdout);
        (particles == least ? first : last) = run.evidence_error;
        most = particles;
    }
    std::printf(
        "\nThe error of p(y) falls as particles^%.2f.\n",
        std::log(last / first) / std::log(static_cast<double>(most) / static_cast<double>(least)));
}

}  // namespace

int main(int argc, char** argv) try {
    const std::string_view option = argc > 1 ? argv[1] : "";
    const bool quick = option == "--quick";
    const Index count = quick ? 64 : 512;
    std::vector<std::vector<truth::problem>> by_noise;
    for (const double sigma : {0.05, 0.2, 1.}) {
        auto& problems = by_noise.emplace_back();
        for (auto& op : truth::operators()) {
            problems.emplace_back(op, truth::prior(), sigma, count, 10 + problems.size());
            if (quick && problems.size() == 1) break;
        }
    }
    auto methods = truth::estimates();
    for (auto& m : truth::runs())
        methods.push_back(std::move(m));
    for (auto& m : truth::peers())
        methods.push_back(std::move(m));

    std::vector<int> evaluations{20};
    if (!quick) evaluations.push_back(100);
    if (option == "--long") evaluations.push_back(1000);
    for (const int n : evaluations)
        print_table(methods, by_noise, n, count);
    print_particles(by_noise[1][quick ? 0 : 3], quick ? 64 : 2048);
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
