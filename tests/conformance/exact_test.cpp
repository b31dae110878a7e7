// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Where a solver is exact, or where its recursion on Gaussian data can be written by hand, its
// moments agree to 1e-12 in few and large steps.
#include <diffgen/grid/uniform.hpp>

#include "gaussian_reverse.hpp"
#include "processes.hpp"
#include "solvers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <vector>

using namespace conformance;
using diffgen::noise_level;
using testing::moments;

namespace {

/// In units of what the run starts from, whose rounding is carried along.
void check_moments(const moments& got, const moments& expected, const moments& start) {
    const double deviation = std::sqrt(start.variance);
    CHECK(std::fabs(got.mean - expected.mean) < 1e-12 * std::max(deviation, start.mean));
    CHECK(std::fabs(got.variance - expected.variance) < 1e-12 * start.variance);
}

/// One step x' = a x + b D + sqrt(v) z on the Gaussian data of the tests.
struct affine {
    double a, b, v;
};
moments applied(const affine& f, const noise_level& l, const moments& x) {
    using testing::data;
    const double gain =
        l.alpha * data.variance / (l.alpha * l.alpha * data.variance + l.sigma * l.sigma);
    const double slope = f.a + f.b * gain;
    return {slope * x.mean + f.b * (1 - gain * l.alpha) * data.mean,
            slope * slope * x.variance + f.v};
}

using by_hand = std::function<moments(const diffgen::process_view&, const noise_level&,
                                      const noise_level&, moments)>;

moments langevin_step(const noise_level& s, double delta, const moments& x) {
    const double h = 0.5 * delta / (s.sigma * s.sigma);
    return applied({1 - h, h * s.alpha, delta}, s, x);
}

/// BAOAB part by part, of mass and temperature 1, from x with the given moments and p from N(0, 1).
/// A kick p += a x + b, a drift x += c p and a thermostat p = e p + sqrt(1 - e^2) z, each applied
/// to the means and to the covariances of (x, p).
struct underdamped {
    double h, e, a, b;
    double mean_x, mean_p = 0, xx, xp = 0, pp = 1;

    underdamped(const noise_level& s, double step, double friction, const moments& x)
        : h(step), e(std::exp(-friction * step)), mean_x(x.mean), xx(x.variance) {
        const double v = s.alpha * s.alpha * testing::data.variance + s.sigma * s.sigma;
        a = -h / 2 / v;
        b = h / 2 * s.alpha * testing::data.mean / v;
    }
    void kick() {
        mean_p += a * mean_x + b;
        pp += 2 * a * xp + a * a * xx;
        xp += a * xx;
    }
    void drift() {
        mean_x += h / 2 * mean_p;
        xx += h * xp + h * h / 4 * pp;
        xp += h / 2 * pp;
    }
    void thermostat() {
        mean_p *= e;
        xp *= e;
        pp = e * e * pp + 1 - e * e;
    }
    void step() {
        kick();
        drift();
        thermostat();
        drift();
        kick();
    }
};

moments ddpm_step(const noise_level& s, const noise_level& t, const moments& x, bool large) {
    const double a = s.alpha / t.alpha, b = s.sigma * s.sigma - a * a * t.sigma * t.sigma;
    const double small = b * t.sigma * t.sigma / (s.sigma * s.sigma);
    return applied({a * t.sigma * t.sigma / (s.sigma * s.sigma), t.alpha * b / (s.sigma * s.sigma),
                    large ? b : small},
                   s, x);
}

/// The formulas of the papers, in levels rather than in log signal-to-noise ratios.
const std::map<std::string, by_hand> formulas{
    {"ancestral", [](auto&, auto& s, auto& t, moments x) { return ddpm_step(s, t, x, false); }},
    {"ddim, eta 1", [](auto&, auto& s, auto& t, moments x) { return ddpm_step(s, t, x, false); }},
    {"ancestral, transition",
     [](auto&, auto& s, auto& t, moments x) { return ddpm_step(s, t, x, true); }},
    {"euler_maruyama",
     [](auto& p, auto& s, auto& t, moments x) {
         const double dt = t.t - s.t, f = p.drift(s.t), g2 = p.diffusion_squared(s.t);
         const double h = g2 * dt / (s.sigma * s.sigma);
         return applied({1 + f * dt + h, -h * s.alpha, -g2 * dt}, s, x);
     }},
    {"probability_flow_euler",
     [](auto& p, auto& s, auto& t, moments x) {
         const double dt = t.t - s.t;
         const double h = 0.5 * p.diffusion_squared(s.t) * dt / (s.sigma * s.sigma);
         return applied({1 + p.drift(s.t) * dt + h, -h * s.alpha, 0}, s, x);
     }},
    {"reverse_diffusion",
     [](auto&, auto& s, auto& t, moments x) {
         const double a = s.alpha / t.alpha, b = s.sigma * s.sigma - a * a * t.sigma * t.sigma;
         const double h = b / (s.sigma * s.sigma);
         return applied({2 - a - h, h * s.alpha, b}, s, x);
     }},
    {"langevin", [](auto&, auto& s, auto&, moments x) { return langevin_step(s, 0.01, x); }},
    {"annealed_langevin",
     [](auto&, auto& s, auto& t, moments x) {
         for (int i = 0; i < 5; ++i)
             x = langevin_step(s, 0.2 * s.sigma * s.sigma, x);
         const double r = t.alpha / s.alpha;
         return moments{r * x.mean, r * r * x.variance};
     }},
    {"consistency",
     [](auto&, auto& s, auto& t, moments x) {
         return applied({0, t.alpha, t.sigma * t.sigma}, s, x);
     }},
    {"tcd",
     [](auto& p, auto& s, auto& t, moments x) {
         const noise_level below = p.level(0.7 * t.t);
         x = applied({below.sigma / s.sigma, below.alpha - s.alpha * below.sigma / s.sigma, 0}, s,
                     x);
         const double a = t.alpha / below.alpha;
         return moments{a * x.mean,
                        a * a * x.variance + t.sigma * t.sigma - a * a * below.sigma * below.sigma};
     }},
    {"ctm",
     [](auto&, auto& s, auto& t, moments x) {
         // in units of the data, with gamma = 1 / 2: to sqrt(3) / 2 r, then noise r / 2
         const double r = t.sigma / t.alpha, kept = std::sqrt(0.75) * r * s.alpha / s.sigma;
         return applied({t.alpha / s.alpha * kept, t.alpha * (1 - kept), t.sigma * t.sigma / 4}, s,
                        x);
     }},
    {"annealed underdamped",
     [](auto&, auto& s, auto& t, moments x) {
         underdamped run(s, 0.4 * s.sigma, 1 / s.sigma, x);
         for (int i = 0; i < 3; ++i)
             run.step();
         const double r = t.alpha / s.alpha;
         return moments{r * run.mean_x, r * r * run.xx};
     }},
    {"predictor_corrector",
     [](auto&, auto& s, auto& t, moments x) {
         x = ddpm_step(s, t, x, false);
         return langevin_step(t, 0.01, langevin_step(t, 0.01, x));
     }},
};

}  // namespace

TEST_CASE("one-point data: the marginals in any number of steps") {
    const moments point{0.7, 0};
    for_each_process([&](const diffgen::process_view& p, double from, double to) {
        for (const int n : {1, 2, 3, 5}) {
            const auto levels = diffgen::grid::uniform{.stop_at = to}.levels(p.until(from), n);
            for (const entry& e : solvers()) {
                if (!e.promises.exact_on_a_point) continue;
                CAPTURE(e.name);
                CAPTURE(n);
                const moments start = marginal(point, levels.front());
                check_moments(testing::run_moments(p, e.solver, levels, point, start),
                              marginal(point, levels.back()), start);
            }
        }
    });
}

TEST_CASE("the recursions written by hand") {
    std::size_t seen = 0;
    for_each_process([&](const diffgen::process_view& p, double from, double to) {
        const auto levels = diffgen::grid::uniform{.stop_at = to}.levels(p.until(from), 4);
        for (const entry& e : solvers()) {
            const auto formula = formulas.find(e.name);
            if (formula == formulas.end()) continue;
            ++seen;
            CAPTURE(e.name);
            const moments start{1.9, 2.3};
            moments expected = start;
            for (std::size_t i = 0; i + 1 < levels.size(); ++i)
                expected = formula->second(p, levels[i], levels[i + 1], expected);
            check_moments(testing::run_moments(p, e.solver, levels, testing::data, start), expected,
                          start);
        }
    });
    CHECK(seen == 4 * formulas.size());
}
