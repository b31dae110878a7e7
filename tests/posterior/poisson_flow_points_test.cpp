// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// PFGM++ on a few points, whose denoised estimate is in closed form: the ordinary solvers, with the
// prior of the Poisson flow, carry its law to the data.

#include <diffgen/core/beta_quantile.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/poisson_flow.hpp>
#include <diffgen/posterior/data_points.hpp>
#include <diffgen/posterior/poisson_flow_points.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "check_refused.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

using namespace diffgen;
using posterior::Index;
using posterior::matrix;
using posterior::poisson_flow_points;
using posterior::vector;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
const noise_level level{.t = 0.4, .log_snr = std::log(0.49 / 0.25), .alpha = 0.7, .sigma = 0.5};

/// Student's distribution function with D degrees of freedom, the law of z in one dimension.
double student(double z, double D) {
    const double tail = 0.5 * beta_distribution(D / (D + z * z), 0.5 * D, 0.5);
    return z > 0 ? 1 - tail : tail;
}

}  // namespace

TEST_CASE("the density is normalised, and the estimate is Bayes' rule") {
    const matrix line{{-1, 0.3, 2}};
    for (const double extra : {1., 3., 40., infinite}) {
        CAPTURE(extra);
        // Over u of x = tan(u), by the midpoint rule; the integrand is smooth and periodic.
        const poisson_flow_points p(line, extra);
        double total = 0;
        constexpr int n = 4000;
        for (int i = 0; i < n; ++i) {
            const double u = (i + 0.5) / n * 3.14159265358979323846 - 1.57079632679489661923;
            const double x = std::tan(u), density = std::exp(p.log_density(matrix{{x}}, level)[0]);
            total += density * (1 + x * x) * 3.14159265358979323846 / n;
        }
        CHECK(total == doctest::Approx(1).epsilon(1e-9));

        const matrix points = mixtures::normals(3, 4, 2), x = mixtures::normals(3, 6, 3);
        const matrix found = poisson_flow_points(points, extra).denoised(x, level);
        matrix sum = matrix::Zero(3, 6);
        vector of_all = vector::Zero(6);
        for (Index k = 0; k < 4; ++k) {
            const vector density =
                poisson_flow_points(points.col(k), extra).log_density(x, level).array().exp();
            sum += points.col(k) * density.transpose();
            of_all += density;
        }
        for (Index i = 0; i < 6; ++i)
            CHECK((found.col(i) - sum.col(i) / of_all[i]).norm() < 1e-13);
    }
}

TEST_CASE("as the dimensions grow it is the estimate under Gaussian noise, at the rate of 1 / D") {
    const matrix points = mixtures::normals(3, 4, 2), x = mixtures::normals(3, 6, 3);
    const matrix gaussian = posterior::data_points<double>(points).denoised(x, level);
    const auto error = [&](double extra) {
        return (poisson_flow_points(points, extra).denoised(x, level) - gaussian).norm();
    };
    CHECK(error(infinite) < 1e-13);
    CHECK(error(1e5) < 1e-3);
    CHECK(error(1e5) / error(2e5) == doctest::Approx(2).epsilon(1e-3));
    CHECK(error(8) > 0.05);
}

TEST_CASE("in one dimension the flow keeps the share of the law below a state") {
    // Where a path goes, the distribution function of the law at its level stays the same.
    const matrix points{{-1, 0.3, 2}};
    const auto below = [&](double x, const noise_level& l, double D) {
        double sum = 0;
        for (Index k = 0; k < 3; ++k)
            sum += student((x - l.alpha * points(0, k)) / l.sigma, D) / 3;
        return sum;
    };
    const auto check = [&](const auto& schedule, const auto& kernel, double from, double to) {
        for (const double extra : {1., 2., 8., 128.}) {
            CAPTURE(extra);
            const poisson_flow_points net(points, extra);
            const auto worst = [&](const auto& predictor, double D) {
                sampler s{schedule, kernel, predictor, solver::rk4{}};
                std::vector<double> x{-9, -3, -1, -0.1, 0.2, 0.7, 1.4, 4, 12};
                const std::vector<double> start = x;
                const options o{
                    .steps = 400,
                    .grid = grid::log_snr{.bounds = {.sigma_min = to, .sigma_max = from},
                                          .ends_at_sigma_min = true}};
                const auto levels = s.levels(o);
                s.generate_from(exec::cpp, batch(x, x.size()), o);
                double most = 0;
                for (std::size_t i = 0; i < x.size(); ++i)
                    most = std::max(most, std::abs(below(start[i], levels.front(), D) -
                                                   below(x[i], levels.back(), D)));
                return most;
            };
            CHECK(worst(predicts(denoised{}, net), extra) < 1e-8);
            // The estimate under Gaussian noise would carry this law to another.
            CHECK(worst(predicts(denoised{}, posterior::data_points<double>(points)), extra) >
                  (extra < 100 ? 1e-2 : 1e-4));
        }
    };
    check(schedule::edm{}, kernel::variance_exploding{}, 5, 0.3);
    check(schedule::linear_beta{}, kernel::variance_preserving{}, 5, 0.3);
}

TEST_CASE("sampled from its prior the points come back, each as often as it should") {
    // [sampled]
    const matrix points{{-1, 1, 0.5}, {0, 0.4, -1}};
    const poisson_flow_points net(points, 8);
    sampler s{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, net),
              solver::heun{}, noise::poisson_flow{.elements = 2, .extra = 8}};
    matrix x(2, 6000);
    s.generate(exec::cpp, batch(x.data(), 12000, 6000),
               {.steps = 24, .seed = 5, .grid = grid::karras{}});
    // [sampled]
    std::array<double, 3> count{};
    double farthest = 0;
    for (Index i = 0; i < x.cols(); ++i) {
        Index nearest = 0;
        farthest =
            std::max(farthest, (points.colwise() - x.col(i)).colwise().norm().minCoeff(&nearest));
        count[static_cast<std::size_t>(nearest)] += 1;
    }
    CHECK(farthest < 1e-6);
    // A share of 1 / 3 of 6000 has the deviation 36.5; 6.2 of them are a false alarm in 1e9. At
    // sigma = 80 the prior's centre is off by 1 / 80 at most, which moves a share by 0.002.
    for (const double c : count)
        CHECK(std::abs(c - 2000) < 6.2 * 36.5 + 12);
}

TEST_CASE("what makes no sense is refused") {
    check_refused<bad_shape>([] { poisson_flow_points(matrix(2, 0), 3); }, {"without samples"});
    check_refused<non_finite>([] { poisson_flow_points(matrix{{NAN}}, 3); }, {"not finite"});
    for (const double extra : {0.5, -3., std::nan("")})
        check_refused<bad_argument>([&] { poisson_flow_points(matrix{{1}}, extra); },
                                    {"further dimensions"});
    const poisson_flow_points p(matrix{{1}}, 3);
    check_refused<bad_shape>(
        [&] {
            (void)p.denoised(matrix{{1}, {2}}, level);
        },
        {"2 elements, not 1"});
    noise_level clean = level;
    clean.sigma = 0;
    check_refused<bad_argument>([&] { (void)p.denoised(matrix{{1}}, clean); }, {"sigma = 0"});
}
