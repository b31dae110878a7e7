// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// A user's own schedule, kernel and solver, outside of the library: how the error of the solver
// falls with its steps, against a fine run with the same Brownian path, and the picture of it.
#include <diffgen/diffgen.hpp>
#include <diffgen/io/line_chart.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

/// log(alpha^2 / sigma^2) falls from 8 to -8 like a cosine.
struct cosine_log_snr {
    double log_snr(double t) const { return 8 * std::cos(angle(t)); }
    double log_snr_rate(double t) const { return -8 * 3.141592653589793 * std::sin(angle(t)); }
    double t_min() const { return 0.02; }
    double t_max() const { return 0.98; }

  private:
    static double angle(double t) { return 3.141592653589793 * t; }
};

/// Half way between preserving the variance and exploding it: alpha is the fourth root of
/// SNR / (1 + SNR).
struct partly_exploding {
    kernel::scales level(double log_snr) const {
        const double alpha = std::pow(1 + std::exp(-log_snr), -0.25);
        return {alpha, alpha * std::exp(-log_snr / 2)};
    }
    double log_alpha_rate(double log_snr) const { return 0.25 / (1 + std::exp(log_snr)); }
};

/// Heun's method on the reverse SDE: the noise of the step in both evaluations. Weak and strong
/// order 1 where g depends on the time alone, with a smaller error than one evaluation has.
struct stochastic_heun {
    static constexpr int registers = 2, rows = 2, draws = 1;

    static int stages(const step& s) { return s.to().is_clean() ? 1 : 2; }

    static stage plan(const step& s, int j) {
        using namespace symbol;
        const auto &from = s.from(), &to = s.to();
        if (to.is_clean()) return evaluation_stage(from).write(0, D);
        const double dt = to.t - from.t;
        const auto drift = [&](const noise_level& l, const auto& state) {
            return s.process.drift(l.t) * state -
                   s.process.diffusion_squared(l.t) * (l.alpha * D - state) / (l.sigma * l.sigma);
        };
        const double g = std::sqrt(s.process.diffusion_squared((from.t + to.t) / 2) * -dt);
        if (j == 1)  // the mean of both slopes: register 1 has x + dt / 2 slope + g z
            return evaluation_stage(to, 0).write(0, reg(1) + dt / 2 * drift(to, x));
        stage first = evaluation_stage(from);
        first.draws = 1;
        const auto slope = drift(from, x);
        return first.write(1, x + dt / 2 * slope + g * z).write(0, x + dt * slope + g * z);
    }
};

const gaussian_mixture<2, 2> data{{0.4, 0.6}, {{{-1, 0.5}, {1, 0.2}}}, {{{0.3, 0.2}, {0.3, 0.4}}}};

/// Where the same noise leads by this many steps from t = 0.7 to 0.2.
template <class Solver>
std::vector<double> end(const Solver& solver, int steps) {
    constexpr std::size_t n = 500;
    const sampler s{cosine_log_snr{}, partly_exploding{}, exact(data), solver, noise::brownian{}};
    std::vector<double> x(2 * n);
    s.add_noise(exec::cpp, 0.7, batch(x, n), {.seed = 3});
    s.generate_from(exec::cpp, 0.7, batch(x, n),
                    {.steps = steps, .seed = 3, .grid = grid::uniform{.stop_at = 0.2}});
    return x;
}

template <class Solver>
io::curve error_curve(const char* name, const Solver& solver, const std::vector<double>& limit) {
    io::curve c{name, {}};
    for (const int steps : {16, 32, 64, 128}) {
        const auto x = end(solver, steps);
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i)
            sum += (x[i] - limit[i]) * (x[i] - limit[i]);
        c.points.emplace_back(steps, std::sqrt(sum / static_cast<double>(x.size())));
    }
    return c;
}

}  // namespace

TEST_CASE(
    "a solver of one's own has its order on one path, under a schedule and kernel of one's "
    "own") {
    const auto limit = end(stochastic_heun{}, 4096);
    const auto own = error_curve("stochastic_heun", stochastic_heun{}, limit);
    const auto known = error_curve("euler_maruyama", solver::euler_maruyama{}, limit);
    for (const auto& c : {own, known}) {
        CAPTURE(c.name);
        const double order = std::log2(c.points[1].second / c.points[3].second) / 2;
        CHECK(order > 0.8);
        CHECK(order < 1.3);
    }
    const std::string svg = io::line_charts({{"own parts", {own, known}}}, {.x_label = "steps"});
    CHECK(svg.find("stochastic_heun") != std::string::npos);
}

TEST_CASE("Brownian paths are the same whatever the steps, single normals are not") {
    const auto distance = [](const auto& noise) {
        const sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(data),
                        solver::euler_maruyama{}, noise};
        std::vector<double> x(400), y(400);
        const auto o = [](int steps) {
            return options{.steps = steps, .seed = 1, .grid = grid::uniform{.stop_at = 0.1}};
        };
        s.generate(exec::cpp, batch(x, 200), o(256));
        s.generate(exec::cpp, batch(y, 200), o(1024));
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i)
            sum += (x[i] - y[i]) * (x[i] - y[i]);
        return std::sqrt(sum / 400);
    };
    CHECK(distance(noise::brownian{}) < 0.1);
    CHECK(distance(noise::philox{}) > 0.5);
}
